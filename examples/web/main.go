//go:build !js

// Command web serves a page that trains a pentary network in the browser, on the UCI
// digits and on what a person draws. The trainer is Go compiled to WebAssembly, which
// the command does first: it needs the Go toolchain, and to run in this module.
//
//	go run ./web
//	go run ./web -build DIR    # the same page as files, for any server
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command, and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("web", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "127.0.0.1:8080", "`address` to serve on; port 0 is any free one")
	dir := flags.String("build", "", "write the page into a `folder` and serve nothing")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "web: no arguments wanted, and got %q\n", flags.Arg(0))
		return 2
	}

	var err error
	if *dir != "" {
		err = write(ctx, *dir, stdout)
	} else {
		err = serve(ctx, *address, stdout)
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintf(stderr, "web: %v\n", err)
		return 1
	}
	return 0
}

// write writes the site into a folder.
func write(ctx context.Context, dir string, stdout io.Writer) error {
	s, err := build(ctx)
	if err != nil {
		return err
	}
	if err := s.write(dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d files in %s\n", len(s), dir)
	return err
}

// serve serves the site until the context is done.
func serve(ctx context.Context, address string, stdout io.Writer) error {
	// First, so that an address in use is known at once.
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%w; -addr names another address, with port 0 any free one", err)
	}
	defer listener.Close()
	s, err := build(ctx)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintf(stdout, "http://%s (Ctrl-C ends it)\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
