// Server is the Go side of the interop tests as a server: demo.Echo and interop.Trial, on ttrpc for Go.
//
//	server PATH
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/golang/protobuf/ptypes/any"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"

	"eyelet/demo"
	"eyelet/interop"
)

type unmarshal = func(interface{}) error

func say(ctx context.Context, unmarshal unmarshal) (interface{}, error) {
	var request demo.SayRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	return &demo.SayReply{Text: request.Text}, nil
}

func fail(ctx context.Context, unmarshal unmarshal) (interface{}, error) {
	var request interop.FailRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	wanted := &spb.Status{Code: request.Code, Message: request.Message}
	if request.DetailTypeUrl != "" {
		wanted.Details = []*any.Any{{TypeUrl: request.DetailTypeUrl, Value: request.DetailValue}}
	}
	return nil, status.ErrorProto(wanted)
}

func sleep(ctx context.Context, unmarshal unmarshal) (interface{}, error) {
	var request interop.SleepRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	fmt.Println("sleeping")
	select {
	case <-time.After(time.Duration(request.TimeMs) * time.Millisecond):
		return &interop.Nothing{}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func timeLeft(ctx context.Context, unmarshal unmarshal) (interface{}, error) {
	var request interop.Nothing
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		return &interop.TimeLeftReply{TimeLeftMs: -1}, nil
	}
	return &interop.TimeLeftReply{TimeLeftMs: time.Until(deadline).Milliseconds()}, nil
}

func metadata(ctx context.Context, unmarshal unmarshal) (interface{}, error) {
	var request interop.MetadataRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	pairs, _ := ttrpc.GetMetadata(ctx)
	values, _ := pairs.Get(request.Key)
	return &interop.MetadataReply{Values: values}, nil
}

func big(ctx context.Context, unmarshal unmarshal) (interface{}, error) {
	var request interop.BigRequest
	if err := unmarshal(&request); err != nil {
		return nil, err
	}
	return &interop.BigReply{Data: make([]byte, request.DataLen)}, nil
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
	server.Register("interop.Trial", map[string]ttrpc.Method{
		"Fail": fail, "Sleep": sleep, "TimeLeft": timeLeft, "Metadata": metadata, "Big": big,
	})
	fmt.Println("listening")
	return server.Serve(context.Background(), listener)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: server PATH")
		os.Exit(2)
	}
	if err := serve(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}
