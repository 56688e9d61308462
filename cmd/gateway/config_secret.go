package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Secret is a value that is never written in a configuration file: it names
// an environment variable or a file. Printing it shows the name only.
type Secret struct {
	// Env is the name of an environment variable.
	Env string `yaml:"env"`
	// File is the path of a file whose text, without space at its ends, is the value.
	File string `yaml:"file"`

	value string
}

// String names where the secret comes from.
func (s Secret) String() string {
	if s.Env != "" {
		return "$" + s.Env
	}
	return s.File
}

// named reports whether the configuration gives the secret at all.
func (s Secret) named() bool { return s.Env != "" || s.File != "" }

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// read fetches the value; a secret that names nothing is empty.
func (s *Secret) read() error {
	switch {
	case s.Env != "" && s.File != "":
		return errors.New("give env or file, not both")
	case s.Env != "":
		if s.value = os.Getenv(s.Env); s.value == "" {
			return fmt.Errorf("the environment variable %s is empty", s.Env)
		}
	case s.File != "":
		text, err := os.ReadFile(s.File)
		if err != nil {
			return err
		}
		if s.value = strings.TrimSpace(string(text)); s.value == "" {
			return fmt.Errorf("the file %s is empty", s.File)
		}
	}
	return nil
}

func (c *checker) secret(path string, s *Secret) {
	if !s.named() {
		c.add(path, "is missing: name an environment variable (env) or a file (file)")
	} else if err := s.read(); err != nil {
		c.add(path, "%v", err)
	}
}
