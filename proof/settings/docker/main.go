// Reads files as docker compose and as docker run do, with their own code.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/docker/cli/pkg/kvfile"
)

func read(kind, path string) (map[string]string, error) {
	if kind == "compose" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return dotenv.Parse(file)
	}
	lines, err := kvfile.Parse(path, nil)
	found := map[string]string{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		found[name] = value
	}
	return found, err
}

func main() {
	files, _ := filepath.Glob(filepath.Join(os.Args[len(os.Args)-1], "*"))
	sort.Strings(files)
	for _, path := range files {
		found, err := read(os.Args[1], path)
		var answer any = found
		if err != nil {
			answer = err.Error()
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}
