//go:build !linux

package busy

import "errors"

var errLinux = errors.New("threads are kept on a processor on Linux alone")

func choose() (own, other int, sibling bool, err error) { return 0, 0, false, errLinux }

func stay(int) error { return errLinux }

func ordinary() error { return errLinux }
