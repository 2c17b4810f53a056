package cli

import (
	"fmt"
	"os"
	"path/filepath"
)

// checkOutputs returns an error if a file that a run is to write cannot be made: the
// network, or the lines of --log, which may go to a device. Empty paths are none.
func checkOutputs(out, log string) error {
	if out != "" {
		if err := checkOutput("--out", out); err != nil {
			return err
		}
	}
	if log != "" && !isDevice(log) {
		return checkOutput("--log", log)
	}
	return nil
}

// checkOutput returns an error unless a file can be made at path, which a flag
// names, so that a run does not find out at its end. It leaves nothing behind.
func checkOutput(flag, path string) error {
	// Saving replaces the file by a rename: done to a device, that would be a
	// disaster, and a folder cannot be replaced.
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s %s: is a directory", flag, path)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s %s: not a regular file", flag, path)
	case err != nil && !os.IsNotExist(err):
		return fmt.Errorf("%s: %w", flag, err)
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".pentary-*")
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}
