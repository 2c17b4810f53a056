package task

import (
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/nn/control"
)

// Language is the name of the task of language models in files and journals.
const Language = "lm"

// Finetune is the name of the task of fine-tuning a pretrained model.
const Finetune = "finetune"

// MetaEnvironment is the key of a saved policy's environment.
const MetaEnvironment = "environment"

// Describe returns the task of a saved model, or the environment of a policy, and a description of
// the model with the commands that accept it. For an unknown task, it returns "" and "".
func Describe(meta map[string]string) (name, about string) {
	name, isPolicy := meta[MetaEnvironment]
	if !isPolicy {
		name = meta["task"]
	}
	_, err := Find(name)
	switch {
	case isPolicy && !isEnvironment(name):
		return name, fmt.Sprintf("a policy for %q", name)
	case isEnvironment(name):
		return name, fmt.Sprintf("%s, for \"pentary control %s --policy\"", kindOf(name), name)
	case name == Language:
		return name, kindOf(name) + ", for \"pentary sample\" and \"pentary eval\""
	case name == CSV.Name:
		return name, kindOf(name) + ", for \"pentary predict\" and \"pentary eval\""
	case err == nil:
		return name, kindOf(name) + ", for \"pentary eval\" and \"pentary hw run --model\""
	}
	return "", ""
}

// Expect returns an error if a model was saved with a known task other than name. The error
// describes the model and the commands that accept it.
func Expect(meta map[string]string, name string) error {
	if got, about := Describe(meta); about != "" && got != name {
		return fmt.Errorf("%s; want %s", about, kindOf(name))
	}
	return nil
}

// kindOf describes a model of a known task.
func kindOf(name string) string {
	switch {
	case name == Language:
		return "a language model"
	case name == CSV.Name:
		return "a model for a table"
	case isEnvironment(name):
		return "a policy for " + name
	}
	return "a classifier of " + name
}

func isEnvironment(name string) bool {
	return slices.ContainsFunc(control.All, func(e control.Environment) bool { return e.Spec().Name == name })
}
