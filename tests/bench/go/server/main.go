// The benchmark's service on ttrpc for Go, whose Debian package has unary methods only.
//
//	server unix://PATH
package main

import (
	"context"
	"log"
	"net"
	"os"
	"strings"

	"github.com/containerd/ttrpc"

	"eyelet/bench"
)

func say(_ context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request bench.Data
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	return &request, nil
}

func main() {
	listener, err := net.Listen("unix", strings.TrimPrefix(os.Args[1], "unix://"))
	if err != nil {
		log.Fatal(err)
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		log.Fatal(err)
	}
	server.Register("bench.Echo", map[string]ttrpc.Method{"Say": say})
	log.Fatal(server.Serve(context.Background(), listener))
}
