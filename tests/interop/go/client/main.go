// Client is the Go side of the interop tests as a client: one case against a server that is not its own.
//
//	client PATH CASE
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"eyelet/demo"
	"eyelet/interop"
)

const (
	mib     = 1 << 20
	patient = 2 * time.Minute // for calls that are to be answered, on a machine of any load
	short   = 300 * time.Millisecond
)

type caller struct {
	client *ttrpc.Client
	path   string
}

func (c *caller) call(timeout time.Duration, service, method string, request, reply interface{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return c.client.Call(ctx, service, method, request, reply)
}

func (c *caller) trial(method string, request, reply interface{}) error {
	return c.call(patient, "interop.Trial", method, request, reply)
}

func (c *caller) echo(text string) error {
	var reply demo.SayReply
	if err := c.call(patient, "demo.Echo", "Say", &demo.SayRequest{Text: text}, &reply); err != nil {
		return err
	}
	if reply.Text != text {
		return fmt.Errorf("%d bytes said, %d other bytes came back", len(text), len(reply.Text))
	}
	return nil
}

// expect wants this code, and after it a connection that still works.
func (c *caller) expect(err error, code codes.Code, text string) error {
	got, ok := status.FromError(err)
	if !ok || got.Code() != code || !strings.Contains(got.Message(), text) {
		return fmt.Errorf("wanted %v with '%s', got: %v", code, text, err)
	}
	return c.echo("still here")
}

func ok(c *caller) error {
	return c.echo("hello from Go: \u00e4\u20ac")
}

func empty(c *caller) error {
	return c.echo("")
}

func large(c *caller) error {
	return c.echo(strings.Repeat("3 MiB...", 3*mib/8))
}

func requestTooLarge(c *caller) error {
	err := c.echo(strings.Repeat("5 MiB...", 5*mib/8))
	return c.expect(err, codes.ResourceExhausted, "")
}

func replyTooLarge(c *caller) error {
	err := c.trial("Big", &interop.BigRequest{DataLen: 5 * mib}, &interop.BigReply{})
	return c.expect(err, codes.ResourceExhausted, "")
}

func unknownService(c *caller) error {
	err := c.call(patient, "interop.Absent", "Say", &interop.Nothing{}, &interop.Nothing{})
	return c.expect(err, codes.Unimplemented, "interop.Absent")
}

func unknownMethod(c *caller) error {
	err := c.trial("Nonesuch", &interop.Nothing{}, &interop.Nothing{})
	return c.expect(err, codes.Unimplemented, "Nonesuch")
}

func failure(c *caller) error {
	request := &interop.FailRequest{Code: int32(codes.FailedPrecondition), Message: "not today"}
	return c.expect(c.trial("Fail", request, &interop.Nothing{}), codes.FailedPrecondition, "not today")
}

// This side's clock ends the call; the answer that comes late hurts nobody.
func deadline(c *caller) error {
	request := &interop.SleepRequest{TimeMs: 60000}
	err := c.call(short, "interop.Trial", "Sleep", request, &interop.Nothing{})
	if code := status.Code(err); !errors.Is(err, context.DeadlineExceeded) && code != codes.DeadlineExceeded {
		return fmt.Errorf("wanted a deadline, got: %v", err)
	}
	return c.echo("still here")
}

// The server's clock ends the call: the time travels, and no clock runs here.
func serverDeadline(c *caller) error {
	conn, err := net.Dial("unix", c.path)
	if err != nil {
		return err
	}
	addTime := func(ctx context.Context, request *ttrpc.Request, reply *ttrpc.Response, _ *ttrpc.UnaryClientInfo,
		invoke ttrpc.Invoker) error {
		request.TimeoutNano = short.Nanoseconds()
		return invoke(ctx, request, reply)
	}
	timed := ttrpc.NewClient(conn, ttrpc.WithUnaryClientInterceptor(addTime))
	defer timed.Close()
	request := &interop.SleepRequest{TimeMs: 60000}
	err = timed.Call(context.Background(), "interop.Trial", "Sleep", request, &interop.Nothing{})
	return c.expect(err, codes.DeadlineExceeded, "")
}

func deadlineTravels(c *caller) error {
	var reply interop.TimeLeftReply
	if err := c.trial("TimeLeft", &interop.Nothing{}, &reply); err != nil {
		return err
	}
	if reply.TimeLeftMs <= 0 || reply.TimeLeftMs > patient.Milliseconds() {
		return fmt.Errorf("%v left of %v", reply.TimeLeftMs, patient)
	}
	return nil
}

func metadata(c *caller) error {
	pairs := ttrpc.MD{}
	pairs.Append("Trace-Id", "first", "second")
	pairs.Append("other", "third")
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()

	var reply interop.MetadataReply
	request := &interop.MetadataRequest{Key: "trace-ID"}
	err := c.client.Call(ttrpc.WithMetadata(ctx, pairs), "interop.Trial", "Metadata", request, &reply)
	if err != nil {
		return err
	}
	if strings.Join(reply.Values, ",") != "first,second" {
		return fmt.Errorf("the server saw %q", reply.Values)
	}
	return nil
}

func atOnce(c *caller) error {
	const calls = 64
	var wait sync.WaitGroup
	errs := make([]error, calls)
	start := make(chan struct{})
	for i := 0; i < calls; i++ {
		wait.Add(1)
		go func(i int) {
			defer wait.Done()
			<-start
			errs[i] = c.echo(fmt.Sprintf("call %d %s", i, strings.Repeat("x", i*100)))
		}(i)
	}
	close(start)
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// serverKilled has a call in flight until the test has killed the server and says so.
func serverKilled(c *caller) error {
	pending := make(chan error, 1)
	go func() {
		pending <- c.trial("Sleep", &interop.SleepRequest{TimeMs: 60000}, &interop.Nothing{})
	}()
	if said, err := bufio.NewReader(os.Stdin).ReadString('\n'); said != "killed\n" {
		return fmt.Errorf("the test said '%s': %v", said, err)
	}
	if err := <-pending; !errors.Is(err, ttrpc.ErrClosed) {
		return fmt.Errorf("wanted '%v', got: %v", ttrpc.ErrClosed, err)
	}
	return nil
}

// callerKilled does not live to see its call end.
func callerKilled(c *caller) error {
	err := c.call(10*short, "interop.Trial", "Sleep", &interop.SleepRequest{TimeMs: 60000}, &interop.Nothing{})
	bufio.NewReader(os.Stdin).ReadString('\n')
	return fmt.Errorf("nobody killed this client; its call: %v", err)
}

var cases = map[string]func(*caller) error{
	"ok": ok, "empty": empty, "large": large, "request-too-large": requestTooLarge, "reply-too-large": replyTooLarge,
	"unknown-service": unknownService, "unknown-method": unknownMethod, "failure": failure, "deadline": deadline,
	"server-deadline": serverDeadline, "deadline-travels": deadlineTravels, "metadata": metadata, "at-once": atOnce,
	"server-killed": serverKilled, "caller-killed": callerKilled,
}

func run(path, name string) error {
	try, ok := cases[name]
	if !ok {
		return fmt.Errorf("there is no case '%s'", name)
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	c := &caller{client: ttrpc.NewClient(conn), path: path}
	defer c.client.Close()
	return try(c)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: client PATH CASE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "client: %s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
}
