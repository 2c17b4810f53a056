//go:build !linux

package busy

import "errors"

var errLinux = errors.New("threads can be pinned to a processor only on Linux")

func choose() (own, other int, sibling bool, err error) { return 0, 0, false, errLinux }

func stay(int) error { return errLinux }

func ordinary() error { return errLinux }
