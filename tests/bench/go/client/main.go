// The calling half of the benchmark in Go: what caller.h says, with goroutines in the place of threads.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/containerd/ttrpc"

	"eyelet/bench"
)

const (
	atOnce       = 64
	threads      = 8
	samplesMax   = 1 << 18
	warmUpPart   = 4
	exitHasNone  = 3
	firstTimeout = 30 * time.Second

	warmUp   = 0
	measured = 1
	over     = 2

	clockProcess = 2 // CLOCK_PROCESS_CPUTIME_ID
)

type job struct {
	address string
	path    string
	size    int
	amount  int
	server  string
	phase   int32
	warm    sync.WaitGroup
}

type use struct {
	at     time.Time
	client time.Duration
	server time.Duration
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func cpu(clock int) time.Duration {
	var now syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&now)), 0)
	if errno != 0 {
		log.Fatal(errno)
	}
	return time.Duration(now.Nano())
}

func (j *job) use() use {
	now := use{at: time.Now(), client: cpu(clockProcess)}
	if pid, err := strconv.Atoi(j.server); err == nil {
		now.server = cpu(^pid<<3 | clockProcess) // clock_getcpuclockid()
	}
	return now
}

func us(time time.Duration) float64 {
	return float64(time.Nanoseconds()) / 1e3
}

func printLine(n int, p50, p99 time.Duration, from, to use) {
	fmt.Printf("%d\t%.3f\t%.3f\t%.1f\t%.3f\t%.3f\n", n, us(p50), us(p99), float64(n)/to.at.Sub(from.at).Seconds(),
		us(to.client-from.client)/float64(n), us(to.server-from.server)/float64(n))
}

type connection struct {
	client  *ttrpc.Client
	request bench.Data
}

func (j *job) open() *connection {
	socket, err := net.Dial("unix", j.path)
	must(err)
	return &connection{ttrpc.NewClient(socket), bench.Data{Data: make([]byte, j.size)}}
}

func (c *connection) call() {
	var reply bench.Data
	must(c.client.Call(context.Background(), "bench.Echo", "Say", &c.request, &reply))
	if len(reply.Data) != len(c.request.Data) {
		log.Fatal("the server answers something else")
	}
}

// work calls until it is over, and keeps how long each call took.
func (j *job) work(c *connection, samples *[]time.Duration, n *int) {
	c.call()
	j.warm.Done()
	before := time.Now()
	for {
		phase := atomic.LoadInt32(&j.phase)
		if phase == over {
			return
		}
		c.call()
		now := time.Now()
		if phase == measured {
			(*samples)[*n%samplesMax] = now.Sub(before)
			*n++
		}
		before = now
	}
}

func (j *job) workers(n int, shared *connection) {
	samples, counts := make([][]time.Duration, n), make([]int, n)
	period := time.Duration(j.amount) * time.Millisecond
	var done sync.WaitGroup

	j.warm.Add(n)
	done.Add(n)
	for i := 0; i < n; i++ {
		samples[i] = make([]time.Duration, samplesMax)
		go func(i int) {
			defer done.Done()
			c := shared
			if c == nil {
				c = j.open()
				defer c.client.Close()
			}
			j.work(c, &samples[i], &counts[i])
		}(i)
	}
	j.warm.Wait()
	time.Sleep(period / warmUpPart)
	from := j.use()
	atomic.StoreInt32(&j.phase, measured)
	time.Sleep(period)
	atomic.StoreInt32(&j.phase, over)
	to := j.use()
	done.Wait()

	var all []time.Duration
	total := 0
	for i := range samples {
		kept := counts[i]
		if kept > samplesMax {
			kept = samplesMax
		}
		all = append(all, samples[i][:kept]...)
		total += counts[i]
	}
	if total == 0 {
		log.Fatal("no call was over in time")
	}
	sort.Slice(all, func(a, b int) bool { return all[a] < all[b] })
	printLine(total, all[len(all)/2], all[len(all)-1-len(all)/100], from, to)
}

func (c *connection) flight(n int) {
	var done sync.WaitGroup
	left := int64(n)

	for i := 0; i < atOnce; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for atomic.AddInt64(&left, -1) >= 0 {
				c.call()
			}
		}()
	}
	done.Wait()
}

func (j *job) bulk() {
	period := time.Duration(j.amount) * time.Millisecond
	c := j.open()
	n, took := atOnce, time.Duration(0)

	for ; ; n *= 2 {
		before := time.Now()
		c.flight(n)
		took = time.Since(before)
		if took >= period/warmUpPart/2 {
			break
		}
	}
	n = int(float64(n)*float64(period)/float64(took)) + 1
	from := j.use()
	c.flight(n)
	printLine(n, 0, 0, from, j.use())
}

func (j *job) exact() {
	from := j.use()
	c := j.open()
	for i := 0; i < j.amount; i++ {
		c.call()
	}
	printLine(j.amount, 0, 0, from, j.use())
}

func listens(path string) bool {
	sockets, err := os.ReadFile("/proc/net/unix")
	must(err)
	for _, line := range strings.Split(string(sockets), "\n") {
		if strings.Contains(line, " 00010000 ") && strings.HasSuffix(line, path) {
			return true
		}
	}
	return false
}

func (j *job) first() {
	from := use{at: time.Now()}
	server := exec.Command(j.server, j.address)
	runtime.LockOSThread() // whose end is the server's, too
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(server.Start())
	for time.Since(from.at) < firstTimeout {
		if listens(j.path) {
			break
		}
		time.Sleep(50 * time.Microsecond)
	}
	j.open().call()
	to := use{at: time.Now()}
	server.Process.Kill()
	server.Wait()
	printLine(1, to.at.Sub(from.at), 0, from, to)
}

func main() {
	var err error
	if len(os.Args) < 5 {
		log.Fatal("usage: client ADDRESS CELL SIZE AMOUNT [SERVER]")
	}
	j := &job{address: os.Args[1], path: strings.TrimPrefix(os.Args[1], "unix://")}
	j.size, err = strconv.Atoi(os.Args[3])
	must(err)
	j.amount, err = strconv.Atoi(os.Args[4])
	must(err)
	if len(os.Args) > 5 {
		j.server = os.Args[5]
	}
	switch os.Args[2] {
	case "calls":
		j.workers(1, nil)
	case "threads":
		j.workers(threads, nil)
	case "shared":
		j.workers(threads, j.open())
	case "flight":
		j.bulk()
	case "exact":
		j.exact()
	case "first":
		j.first()
	default:
		os.Exit(exitHasNone)
	}
}
