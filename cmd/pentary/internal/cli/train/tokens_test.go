package train

import (
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// Errors of sample and eval for a model of tokens without tokenizer.
func TestWithoutTokenizer(t *testing.T) {
	m, err := nn.NewLlama(0, nn.LlamaConfig{Vocabulary: 260, Width: 8, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, Window: 8, Rotary: 10000})
	if err != nil {
		t.Fatal(err)
	}
	for _, meta := range []map[string]string{{}, {"task": "finetune"}} {
		f := m.File(meta)
		if !ofTokens(f) {
			t.Errorf("%v: not a model of tokens", meta)
		}
		if _, err := openTokens(f); err == nil || !strings.Contains(err.Error(), "--tokenizer") {
			t.Errorf("%v: error %v", meta, err)
		}
	}
	if ofTokens(m.File(map[string]string{"task": "digits"})) {
		t.Error("a model of another task is one of tokens")
	}
}
