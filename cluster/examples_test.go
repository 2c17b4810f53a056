package cluster

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"go.yaml.in/yaml/v3"
)

// decodeYAML decodes an example, all of whose fields v must know.
func decodeYAML(t *testing.T, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// The example of docker compose has the users of nats.conf, and volumes and services that
// exist.
func TestComposeExample(t *testing.T) {
	const path = "../docs/cluster/compose.yaml"
	var compose struct {
		Services map[string]struct {
			Image       string
			Command     []string
			Volumes     []string
			Environment map[string]string
			DependsOn   []string `yaml:"depends_on"`
			Restart     string
		}
		Volumes map[string]any
	}
	decodeYAML(t, path, &compose)
	config, err := server.ProcessConfigFile("../docs/cluster/nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	users := 0
	for name, s := range compose.Services {
		if s.Image == "" {
			t.Errorf("service %s without an image", name)
		}
		for _, other := range s.DependsOn {
			if _, ok := compose.Services[other]; !ok {
				t.Errorf("service %s depends on %s", name, other)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, ok := compose.Volumes[from]; !ok {
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), from)); err != nil {
					t.Errorf("service %s: volume %s", name, v)
				}
			}
		}
		for _, text := range append(slices.Clone(s.Command), s.Environment["PENTARY_NATS"]) {
			if !strings.HasPrefix(text, "nats://") {
				continue
			}
			u, err := url.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			password, _ := u.User.Password()
			if !slices.ContainsFunc(config.Users, func(o *server.User) bool { return o.Username == u.User.Username() && o.Password == password }) {
				t.Errorf("service %s: nats.conf does not know %v", name, u.User)
			}
			if _, ok := compose.Services[u.Hostname()]; !ok {
				t.Errorf("service %s: no service %s", name, u.Hostname())
			}
			users++
		}
	}
	if users != 2 {
		t.Errorf("%d services with a URL, want coordinator and worker", users)
	}
	if exec.Command("docker", "compose", "version").Run() != nil {
		t.Log("no docker compose: its own check is left out")
	} else if out, err := exec.Command("docker", "compose", "-f", path, "config", "-q").CombinedOutput(); err != nil {
		t.Errorf("docker compose: %v\n%s", err, out)
	}
}

// The example of Kubernetes is a deployment whose selector and labels agree.
func TestKubernetesExample(t *testing.T) {
	type meta struct {
		Name   string
		Labels map[string]string
	}
	var d struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   meta
		Spec       struct {
			Replicas int
			Selector struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			}
			Template struct {
				Metadata meta
				Spec     struct {
					Containers []struct {
						Name, Image string
						Args        []string
						Env         []struct {
							Name, Value string
							ValueFrom   struct {
								SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
							} `yaml:"valueFrom"`
						}
						Resources struct {
							Requests, Limits map[string]string
						}
					}
				}
			}
		}
	}
	decodeYAML(t, "../docs/cluster/kubernetes.yaml", &d)
	s := &d.Spec
	if d.APIVersion != "apps/v1" || d.Kind != "Deployment" || d.Metadata.Name == "" || s.Replicas < 1 || len(s.Template.Spec.Containers) != 1 {
		t.Fatalf("%+v", d)
	}
	for k, v := range s.Selector.MatchLabels {
		if s.Template.Metadata.Labels[k] != v {
			t.Errorf("selector %s: %s, labels %v", k, v, s.Template.Metadata.Labels)
		}
	}
	c := &s.Template.Spec.Containers[0]
	if len(s.Selector.MatchLabels) == 0 || c.Image == "" || len(c.Args) == 0 || c.Args[0] != "worker" || len(c.Env) != 1 || c.Env[0].Name != "PENTARY_NATS" || c.Env[0].ValueFrom.SecretKeyRef.Key == "" {
		t.Errorf("%+v", d)
	}
}

// The example of systemd has sections of settings, and starts a worker.
func TestSystemdExample(t *testing.T) {
	b, err := os.ReadFile("../docs/cluster/pentary-worker.service")
	if err != nil {
		t.Fatal(err)
	}
	section, has := "", map[string]string{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if m := regexp.MustCompile(`^\[(Unit|Service|Install)\]$`).FindStringSubmatch(line); m != nil {
			section = m[1]
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section == "" || !regexp.MustCompile(`^[A-Z][A-Za-z]+$`).MatchString(key) {
			t.Errorf("line %q", line)
		}
		has[section+"."+key] = value
	}
	if !strings.HasPrefix(has["Service.ExecStart"], "/usr/bin/pentary worker ") || has["Install.WantedBy"] == "" || has["Service.EnvironmentFile"] == "" {
		t.Errorf("%q", has)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("no systemd-analyze: its own check is left out")
		return
	}
	path := filepath.Join(t.TempDir(), "pentary-worker.service")
	if err := os.WriteFile(path, bytes.Replace(b, []byte("/usr/bin/pentary"), []byte("/bin/true"), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", path).CombinedOutput(); err != nil || strings.Contains(string(out), "pentary-worker") {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}
