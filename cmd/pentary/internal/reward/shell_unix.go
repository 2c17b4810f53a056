//go:build unix

package reward

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// watched runs the command $1 in the shell. When its descriptor 3 ends, which it does even if this
// process is killed, it kills the process group.
const watched = `{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 & exec 3<&-; eval "$1"`

// shell returns a command with a process group of its own: Ctrl-C on the terminal ends the run, not
// the program that its last measurement needs. The group lives no longer than life is open; the
// command inherits the other end of it.
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

// killGroup kills a process and those that it has started.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
