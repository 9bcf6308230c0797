//! The parts of a Go package that read the environment, each as gofmt would write it.

pub(super) const LOAD: &str = r#"// Error names everything in the environment that is missing or malformed.
type Error struct {
	Problems []string
}

func (e *Error) Error() string {
	return strings.Join(e.Problems, "\n")
}

// Load reads the variables of the process over the values of the file.
// Its error names everything that is missing or malformed.
func Load() (*Config, error) {
	return LoadFrom(os.LookupEnv)
}"#;

pub(super) const LOAD_FROM: &str = r#"// LoadFrom is Load with variables from elsewhere.
func LoadFrom(lookup func(string) (string, bool)) (*Config, error) {
	env := &environment{lookup: lookup}
	config := &Config{}"#;

pub(super) const LOAD_END: &str = r#"
	if len(env.problems) > 0 {
		return nil, &Error{Problems: env.problems}
	}
	return config, nil
}"#;

/// The word that names each piece, and the piece.
pub(super) const PIECES: &[(&str, &str)] = &[
    (
        "Secret[",
        r#"// Secret holds a value that is not shown when it is printed.
type Secret[T any] struct {
	value T
}

// Value gives the value.
func (s Secret[T]) Value() T {
	return s.value
}

// String hides the value.
func (s Secret[T]) String() string {
	return "***"
}

// Format hides the value, whatever the verb.
func (s Secret[T]) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "***")
}

// MarshalText hides the value.
func (s Secret[T]) MarshalText() ([]byte, error) {
	return []byte("***"), nil
}

func secret[T any](value T) Secret[T] {
	return Secret[T]{value: value}
}"#,
    ),
    (
        "environment{",
        r#"type environment struct {
	lookup   func(string) (string, bool)
	problems []string
}"#,
    ),
    (
        "optional(",
        r#"func optional[T any](env *environment, name string, parse func(string, any) (T, error), otherwise T) T {
	text, isSet := env.lookup(name)
	if !isSet {
		return otherwise
	}
	value, err := parse(name, text)
	if err != nil {
		env.problems = append(env.problems, err.Error())
	}
	return value
}"#,
    ),
    (
        "required(",
        r#"func required[T any](env *environment, name string, parse func(string, any) (T, error)) T {
	text, isSet := env.lookup(name)
	value, err := parse(name, text)
	if !isSet {
		err = not(name, "set")
	}
	if err != nil {
		env.problems = append(env.problems, err.Error())
	}
	return value
}"#,
    ),
    (
        "pointer[",
        r#"func pointer[T any](value T) *T {
	return &value
}"#,
    ),
    (
        "bigInt(",
        r#"func bigInt(digits string) *big.Int {
	number, _ := new(big.Int).SetString(digits, 10)
	return number
}"#,
    ),
    (
        "problem{",
        r#"// problem says what a value is not.
type problem struct {
	at, what string
	text     *string
}

func (p *problem) Error() string {
	if p.text == nil {
		return p.at + ": not " + p.what
	}
	var shown strings.Builder
	encoder := json.NewEncoder(&shown)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(*p.text)
	return p.at + ": " + strings.TrimSuffix(shown.String(), "\n") + " is not " + p.what
}"#,
    ),
    (
        "not(",
        r#"func not(at, what string) error {
	return &problem{at: at, what: what}
}"#,
    ),
    (
        "textNot(",
        r#"func textNot(at, text, what string) error {
	return &problem{at: at, what: what, text: &text}
}"#,
    ),
    (
        "masked(",
        r#"// masked keeps a value out of messages.
func masked[T any](parse func(string, any) (T, error)) func(string, any) (T, error) {
	return func(at string, value any) (T, error) {
		result, err := parse(at, value)
		if found, is := err.(*problem); is {
			err = not(found.at, found.what)
		}
		return result, err
	}
}"#,
    ),
    (
        "text",
        r#"func text(at string, value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return strconv.FormatBool(value), nil
	}
	return "", not(at, "a single value")
}"#,
    ),
    (
        "boolean",
        r#"func boolean(at string, value any) (bool, error) {
	text, err := text(at, value)
	if err != nil {
		return false, err
	}
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return true, nil
	case "false", "0", "no", "off":
		return false, nil
	}
	return false, textNot(at, text, "a boolean")
}"#,
    ),
    (
        "integer[",
        r#"func integer[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](low, high T) func(string, any) (T, error) {
	return func(at string, value any) (T, error) {
		number, err := bigInteger(at, value)
		if err != nil {
			return 0, err
		}
		result := T(number.Uint64())
		if number.Sign() < 0 {
			result = T(number.Int64())
		}
		if fmt.Sprint(result) != number.String() {
			text, _ := text(at, value)
			return 0, textNot(at, text, fmt.Sprintf("between %d and %d", low, high))
		}
		return result, nil
	}
}"#,
    ),
    (
        "bigInteger",
        r#"func bigInteger(at string, value any) (*big.Int, error) {
	text, err := text(at, value)
	if err != nil {
		return nil, err
	}
	number, isNumber := new(big.Int).SetString(text, 10)
	if !isNumber || len(text) > 1001 || strings.Contains(text, "_") {
		return nil, textNot(at, text, "an integer")
	}
	return number, nil
}"#,
    ),
    (
        "number",
        r#"func number(at string, value any) (float64, error) {
	text, err := text(at, value)
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, textNot(at, text, "a number")
	}
	return number, nil
}"#,
    ),
    (
        "choice(",
        r#"func choice[T ~string](choices ...T) func(string, any) (T, error) {
	return func(at string, value any) (T, error) {
		text, err := text(at, value)
		if err != nil {
			return "", err
		}
		var names []string
		for _, choice := range choices {
			if string(choice) == text {
				return choice, nil
			}
			names = append(names, string(choice))
		}
		return "", textNot(at, text, "one of "+strings.Join(names, ", "))
	}
}"#,
    ),
    (
        "nullable(",
        r#"func nullable[T any](parse func(string, any) (T, error)) func(string, any) (*T, error) {
	return func(at string, value any) (*T, error) {
		if value == nil || value == "" {
			return nil, nil
		}
		result, err := parse(at, value)
		return &result, err
	}
}"#,
    ),
    (
        "nullableText",
        r#"func nullableText(at string, value any) (*string, error) {
	if value == nil {
		return nil, nil
	}
	result, err := text(at, value)
	return &result, err
}"#,
    ),
    (
        "nilable(",
        r#"func nilable[T any](parse func(string, any) (T, error)) func(string, any) (T, error) {
	return func(at string, value any) (T, error) {
		if value == nil || value == "" {
			var null T
			return null, nil
		}
		return parse(at, value)
	}
}"#,
    ),
    (
        "fromJSON(",
        r#"// fromJSON reads the text of a variable as JSON.
func fromJSON[T any](parse func(string, any) (T, error)) func(string, any) (T, error) {
	return func(at string, value any) (T, error) {
		text := fmt.Sprint(value)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var node any
		err := decoder.Decode(&node)
		if err == nil {
			_, err = decoder.Token()
		}
		if err != io.EOF || strings.TrimSpace(text) == "" {
			var none T
			return none, textNot(at, text, "JSON")
		}
		return parse(at, node)
	}
}"#,
    ),
    (
        "words(",
        r#"// words reads words between commas, or a list in JSON.
func words[T any](parse func(string, any) (T, error)) func(string, any) ([]T, error) {
	return func(at string, value any) ([]T, error) {
		text := strings.Trim(fmt.Sprint(value), " \t\r\n")
		if strings.HasPrefix(text, "[") {
			return fromJSON(list(parse))(at, text)
		}
		items := []any{}
		for _, word := range strings.Split(text, ",") {
			items = append(items, strings.Trim(word, " \t\r\n"))
		}
		if text == "" {
			items = nil
		}
		return list(parse)(at, items)
	}
}"#,
    ),
    (
        "list(",
        r#"func list[T any](parse func(string, any) (T, error)) func(string, any) ([]T, error) {
	return func(at string, value any) ([]T, error) {
		items, isList := value.([]any)
		if !isList {
			return nil, not(at, "a list")
		}
		results := make([]T, len(items))
		for place, item := range items {
			result, err := parse(fmt.Sprintf("%s[%d]", at, place), item)
			if err != nil {
				return nil, err
			}
			results[place] = result
		}
		return results, nil
	}
}"#,
    ),
    (
        "mapping(",
        r#"func mapping[T any](parse func(string, any) (T, error)) func(string, any) (map[string]T, error) {
	return func(at string, value any) (map[string]T, error) {
		members, isMap := value.(map[string]any)
		if !isMap {
			return nil, not(at, "a map")
		}
		results := make(map[string]T, len(members))
		for _, key := range sorted(members) {
			result, err := parse(at+"."+key, members[key])
			if err != nil {
				return nil, err
			}
			results[key] = result
		}
		return results, nil
	}
}"#,
    ),
    (
        "sorted(",
        r#"func sorted(members map[string]any) []string {
	keys := make([]string, 0, len(members))
	for key := range members {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}"#,
    ),
    (
        "record(",
        r#"// recordMembers are the members of a record, and what is wrong with them.
type recordMembers struct {
	at     string
	values map[string]any
	err    error
}

func record(at string, value any, known ...string) *recordMembers {
	values, isMap := value.(map[string]any)
	if !isMap {
		return &recordMembers{at: at, err: not(at, "a record")}
	}
	for _, key := range sorted(values) {
		isKnown := false
		for _, name := range known {
			isKnown = isKnown || name == key
		}
		if !isKnown {
			return &recordMembers{at: at, err: not(at+"."+key, "a known member")}
		}
	}
	return &recordMembers{at: at, values: values}
}"#,
    ),
    (
        "requiredMember(",
        r#"func requiredMember[T any](members *recordMembers, name string, parse func(string, any) (T, error)) T {
	if _, isSet := members.values[name]; !isSet && members.err == nil {
		members.err = not(members.at+"."+name, "set")
	}
	return optionalMember(members, name, parse)
}"#,
    ),
    (
        "optionalMember(",
        r#"func optionalMember[T any](members *recordMembers, name string, parse func(string, any) (T, error)) T {
	var result T
	value, isSet := members.values[name]
	if isSet && members.err == nil {
		result, members.err = parse(members.at+"."+name, value)
	}
	return result
}"#,
    ),
    (
        "anything",
        r#"func anything(at string, value any) (any, error) {
	switch value := value.(type) {
	case json.Number:
		if whole, isWhole := new(big.Int).SetString(value.String(), 10); isWhole {
			if whole.IsInt64() {
				return whole.Int64(), nil
			}
			return whole, nil
		}
		return number(at, value)
	case []any:
		return list(anything)(at, value)
	case map[string]any:
		return mapping(anything)(at, value)
	}
	return value, nil
}"#,
    ),
];
