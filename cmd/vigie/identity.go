package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"vigie/store/examiner"
	"vigie/triage"
)

// identityFlag is what commands say of --identity.
const identityFlag = "file of one's own key; else VIGIE_IDENTITY, else one in the settings folder"

// runIdentity makes the key of who sits here, and shows its public half.
func runIdentity(_ context.Context, env *environment, args []string) error {
	what := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		what, args = args[0], args[1:]
	}
	run := map[string]func(*environment, string, string) error{"new": identityNew, "show": identityShow}[what]
	if run == nil && (what != "" || len(args) == 0) {
		return usageError(env.T("error.identity-what"))
	}
	fs := env.flagSet(strings.TrimSpace("identity " + what))
	file := fs.String("identity", "", identityFlag)
	name := ""
	if what == "new" {
		fs.StringVar(&name, "name", "", "how others know the key (default: the account's name and the machine's)")
	}
	rest, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if run == nil || len(rest) > 0 {
		return usageError(env.T("error.identity-what"))
	}
	path, err := env.identityPath(*file)
	if err != nil {
		return err
	}
	return run(env, path, name)
}

// identityNew makes a key.
func identityNew(env *environment, path, name string) error {
	k, err := makeIdentity(path, name)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("identity.made", path))
	_, err = fmt.Fprint(env.Stdout, k.Public)
	return err
}

// identityShow prints the public half of a key, which others need.
func identityShow(env *environment, path, _ string) error {
	p, err := examiner.ReadPublic(path)
	if err == nil {
		_, err = fmt.Fprint(env.Stdout, p)
	}
	return err
}

// identityPath returns where the key lies: as a flag says, or else the environment, or else in the settings folder.
func (env *environment) identityPath(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if path := env.Getenv("VIGIE_IDENTITY"); path != "" {
		return path, nil
	}
	settings, err := os.UserConfigDir()
	if err != nil {
		return "", usageError(env.T("error.identity-where"))
	}
	return filepath.Join(settings, "vigie", "examiner.key"), nil
}

// identity returns the key of who sits here. The first time, unless the flag names its file, it makes one and
// says so.
func (env *environment) identity(flag string) (*examiner.Key, error) {
	path, err := env.identityPath(flag)
	if err != nil {
		return nil, err
	}
	k, err := examiner.Read(path)
	if !triage.IsKind(err, triage.NotFound) || flag != "" {
		return k, err
	}
	k, err = makeIdentity(path, "")
	if triage.IsKind(err, triage.Exists) { // another command made one meanwhile
		return examiner.Read(path)
	}
	if err == nil {
		fmt.Fprintln(env.Stderr, env.T("identity.made", path))
	}
	return k, err
}

// makeIdentity makes a key and writes it. Without a name it is that of the account and the machine.
func makeIdentity(path, name string) (*examiner.Key, error) {
	if name == "" {
		name = accountName()
	}
	k, err := examiner.New(name)
	if err == nil {
		err = k.Write(path)
	}
	return k, err
}

// accountName returns account@machine, as far as the name of a key can have it.
func accountName() string {
	name := "examiner"
	if u, err := user.Current(); err == nil {
		name = u.Username[strings.LastIndex(u.Username, `\`)+1:] // Windows: DOMAIN\account
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	fit := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || examiner.CheckName(string(r)) != nil {
			return '-'
		}
		return r
	}, name)
	for len(fit) > examiner.MaxNameLength {
		_, last := utf8.DecodeLastRuneInString(fit)
		fit = fit[:len(fit)-last]
	}
	return fit
}
