package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

func quoted(text string) string {
	return `"` + hex.EncodeToString([]byte(text)) + `"`
}

func show(value reflect.Value) string {
	if !value.IsValid() {
		return "null"
	}
	if number, is := value.Interface().(*big.Int); is && number != nil {
		return number.String()
	}
	if hidden := value.MethodByName("Value"); hidden.IsValid() && value.Kind() == reflect.Struct {
		if shown := fmt.Sprintf("%v %+v %#v %d", value.Interface(), value.Interface(), value.Interface(), value.Interface()); shown != "*** *** *** ***" {
			panic(shown)
		}
		return show(hidden.Call(nil)[0])
	}
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		return show(value.Elem())
	case reflect.String:
		return quoted(value.String())
	case reflect.Bool:
		return strconv.FormatBool(value.Bool())
	case reflect.Float64:
		text := strconv.FormatFloat(value.Float(), 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text
	case reflect.Slice:
		if value.IsNil() {
			return "null"
		}
		items := []string{}
		for at := 0; at < value.Len(); at++ {
			items = append(items, show(value.Index(at)))
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Map:
		if value.IsNil() {
			return "null"
		}
		items := []string{}
		for _, key := range value.MapKeys() {
			items = append(items, quoted(key.String())+":"+show(value.MapIndex(key)))
		}
		sort.Strings(items)
		return "{" + strings.Join(items, ",") + "}"
	case reflect.Struct:
		items := []string{}
		for at := 0; at < value.NumField(); at++ {
			items = append(items, show(value.Field(at)))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return fmt.Sprint(value.Interface())
}

func unhex(text string) string {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return string(bytes)
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		variables := map[string]string{}
		for _, pair := range words[1:] {
			name, value, _ := strings.Cut(pair, "=")
			variables[unhex(name)] = unhex(value)
		}
		program, _ := strconv.Atoi(words[0])
		config, err := programs[program](func(name string) (string, bool) {
			value, is := variables[name]
			return value, is
		})
		if err != nil {
			fmt.Println("!" + hex.EncodeToString([]byte(err.Error())))
		} else {
			fmt.Println(show(reflect.ValueOf(config)))
		}
	}
}
