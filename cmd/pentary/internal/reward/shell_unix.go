//go:build unix

package reward

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// watched runs the command $1 in the shell. It kills the process group when descriptor 3 is closed,
// which happens even if this process is killed.
const watched = `{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 & exec 3<&-; eval "$1"`

// shell returns a command with its own process group. Ctrl-C on the terminal then ends the run, but
// not the program, which the last measurement needs. The group is killed when life is closed; the
// command inherits its other end.
func shell(command string) (cmd *exec.Cmd, life io.Closer, err error) {
	inherited, held, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	cmd = exec.Command("/bin/sh", "-c", watched, "sh", command)
	cmd.ExtraFiles = []*os.File{inherited}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd, held, nil
}

// killGroup kills the process group of a command.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
