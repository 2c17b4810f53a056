//go:build !unix

package reward

import (
	"io"
	"os/exec"
	"runtime"
)

// shell returns a command; life is nil, because its lifetime cannot be bound.
func shell(command string) (cmd *exec.Cmd, life io.Closer, err error) {
	if runtime.GOOS == "windows" {
		return exec.Command("cmd", "/C", command), io.NopCloser(nil), nil
	}
	return exec.Command("sh", "-c", command), io.NopCloser(nil), nil
}

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		cmd.Process.Kill()
	}
}
