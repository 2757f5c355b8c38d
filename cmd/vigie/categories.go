package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"

	"vigie/api/wire"
	"vigie/triage"
)

// maxScheme bounds a file of categories, in bytes.
const maxScheme = 1 << 20

// categoryFlags declares where the office's scheme of categories lies.
func (env *environment) categoryFlags(fs *flag.FlagSet, c *serviceConfig) {
	fs.StringVar(&c.Categories, "categories", env.Getenv("VIGIE_CATEGORIES"), "JSON file of the office's categories; vigie categories prints those without it")
}

// readCategories reads the scheme that the service decides by; nil: the default.
func (c *serviceConfig) readCategories() error {
	if c.Categories == "" {
		return nil
	}
	var err error
	c.Scheme, err = readScheme(c.Categories)
	return err
}

func readScheme(file string) (*triage.Scheme, error) {
	info, err := os.Stat(file)
	if err == nil && info.Size() > maxScheme {
		return nil, triage.E(triage.Invalid, "read scheme of categories", file, "a scheme is JSON with name, version and categories: begin with what vigie categories prints", nil)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, triage.E(triage.Invalid, "read scheme of categories", file, "the file cannot be read: check its path and its rights", err)
	}
	return triage.ParseScheme(text)
}

// categoriesOptions are those of "vigie categories".
type categoriesOptions struct {
	connection *connection
	byDefault  bool
	check      string
}

// runCategories prints the scheme of a service, the default, or the one of a file, as JSON.
func runCategories(ctx context.Context, env *environment, args []string) error {
	var o categoriesOptions
	fs := env.flagSet("categories")
	o.connection = env.connectionFlags(fs)
	fs.BoolVar(&o.byDefault, "default", false, "those that the program comes with; no service is asked")
	fs.StringVar(&o.check, "check", "", "a file to check; no service is asked")
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError(env.T("error.too-many", harmless(rest[0])))
	}
	scheme, err := o.scheme(ctx, env)
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(scheme)
}

func (o *categoriesOptions) scheme(ctx context.Context, env *environment) (wire.Scheme, error) {
	if o.check != "" {
		s, err := readScheme(o.check)
		if err != nil {
			return wire.Scheme{}, err
		}
		return wire.NewScheme(s), nil
	}
	if o.byDefault {
		return wire.NewScheme(triage.DefaultScheme()), nil
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return wire.Scheme{}, err
	}
	return c.Categories(ctx)
}
