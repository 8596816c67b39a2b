// Echo is demo.Echo on ttrpc for Go, which has unary methods only.
//
//	echo PATH
package main

import (
	"context"
	"net"
	"os"

	"github.com/containerd/ttrpc"

	"eyelet/demo"
)

func say(ctx context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	var request demo.SayRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	return &demo.SayReply{Text: request.Text}, nil
}

func serve(path string) error {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		return err
	}
	server.Register("demo.Echo", map[string]ttrpc.Method{"Say": say})
	return server.Serve(context.Background(), listener)
}

func main() {
	if len(os.Args) != 2 {
		os.Exit(2)
	}
	if serve(os.Args[1]) != nil {
		os.Exit(1)
	}
}
