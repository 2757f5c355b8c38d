package wire

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/triage"
)

type object = map[string]any

// OpenAPI returns the OpenAPI 3.1 document of version 1. It is made from Operations and from the Go types
// themselves, so that it cannot say anything else than what travels.
func OpenAPI(version string) ([]byte, error) {
	s := schemas{}
	paths := object{}
	for _, op := range Operations() {
		item, ok := paths[op.Path].(object)
		if !ok {
			item = object{}
			paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = s.operation(op)
	}
	s.of(reflect.TypeFor[Problem]())
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Vigie", "version": version, "license": object{"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
			"description": "Known-material matching and review of probable new content. Errors are problem documents (RFC 9457); " +
				"their kind is stable. Times are RFC 3339, UTC.",
		},
		"servers":  []any{object{"url": "/"}},
		"security": []any{object{"token": []any{}}, object{"session": []any{}}},
		"paths":    paths,
		"components": object{
			"schemas": s,
			"securitySchemes": object{
				"token":   object{"type": "http", "scheme": "bearer"},
				"session": object{"type": "apiKey", "in": "cookie", "name": "vigie_session", "description": "unsafe methods need the session's CSRF token in X-CSRF-Token"},
			},
		},
	}, "", " ")
}

// schemas collects the schemas of named types.
type schemas object

func (s schemas) operation(op Operation) object {
	o := object{"operationId": op.Name, "summary": op.Summary, "responses": s.responses(op)}
	if op.Roles == nil {
		o["security"] = []any{}
	} else {
		o["x-vigie-roles"] = op.Roles
	}
	if params := parameters(op); len(params) > 0 {
		o["parameters"] = params
	}
	if op.Body != nil {
		o["requestBody"] = object{"required": true, "content": s.content([]Content{*op.Body})}
	}
	return o
}

func parameters(op Operation) []any {
	var params []any
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			params = append(params, object{
				"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": object{"type": "string"},
			})
		}
	}
	for _, q := range op.Query {
		schema := object{"type": q.Type}
		if q.Enum != nil {
			schema["enum"] = q.Enum
		}
		p := object{"name": q.Name, "in": "query", "required": q.Required, "schema": schema}
		if q.About != "" {
			p["description"] = q.About
		}
		params = append(params, p)
	}
	return params
}

func (s schemas) responses(op Operation) object {
	success := object{"description": "done"}
	if len(op.Answers) > 0 {
		success["content"] = s.content(op.Answers)
	}
	all := object{strconv.Itoa(op.Status): success}
	if op.Or != 0 {
		all[strconv.Itoa(op.Or)] = success
	}
	errs := op.Errors
	if op.Roles != nil {
		errs = append(slices.Clone(errs), triage.Unsigned, triage.Forbidden, triage.Unavailable, triage.Internal)
	}
	if op.Body != nil || op.Query != nil {
		errs = append(errs, triage.Invalid)
	}
	for _, kind := range errs {
		row := kinds[kind]
		all[strconv.Itoa(row.status)] = object{
			"description": row.title,
			"content":     object{ProblemType: object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
		}
	}
	return all
}

func (s schemas) content(list []Content) object {
	all := object{}
	for _, c := range list {
		var schema object
		switch {
		case c.Value != nil:
			schema = s.of(reflect.TypeOf(c.Value))
		case c.Type == typeJSON:
			schema = object{"type": "object"}
		case c.Type == typeCSV:
			schema = object{"type": "string"}
		default:
			schema = object{} // bytes, as OpenAPI 3.1 has them
		}
		all[c.Type] = object{"schema": schema}
	}
	return all
}

// of returns the schema of a type, a reference for named structs.
func (s schemas) of(t reflect.Type) object {
	hash := object{"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[PDQ]():
		return object{"oneOf": []any{hash, object{"type": "array", "items": hash, "minItems": 1, "maxItems": 8}}}
	case t == reflect.TypeFor[Dihedrals]():
		return object{"type": "array", "items": hash, "minItems": 8, "maxItems": 8}
	case t == reflect.TypeFor[[]byte]():
		return object{"type": "string", "contentEncoding": "base64"}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		if _, known := s[t.Name()]; !known {
			s[t.Name()] = nil // ends a recursion
			s[t.Name()] = s.fields(t)
		}
		return object{"$ref": "#/components/schemas/" + t.Name()}
	}
	return object{"type": "integer"}
}

// fields returns the schema of a struct, embedded structs flattened as encoding/json does.
func (s schemas) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	s.addFields(t, properties, &required)
	return object{"type": "object", "properties": properties, "required": required}
}

func (s schemas) addFields(t reflect.Type, properties object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			s.addFields(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		schema := s.of(f.Type)
		if enum, ok := f.Tag.Lookup("enum"); ok {
			schema["enum"] = strings.Split(enum, ",")
		}
		properties[name] = schema
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}
