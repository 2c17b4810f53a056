//go:build unix

package reward

import (
	"os/exec"
	"syscall"
)

// shell returns a command with a process group of its own: Ctrl-C on the terminal ends the run, not
// the program that its last measurement needs.
func shell(command string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// killGroup kills a process and those that it has started.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
