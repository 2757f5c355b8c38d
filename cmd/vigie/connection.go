package main

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/triage"
)

// noticeEvery is how often, at most, somebody is told that the service does not answer.
const noticeEvery = 10 * time.Second

// connection is how a client command reaches the service.
type connection struct {
	url, token, tokenFile string
	patience              time.Duration
}

// connectionFlags declares the flags that all client commands share.
func (env *environment) connectionFlags(fs *flag.FlagSet) *connection {
	c := &connection{}
	fs.StringVar(&c.url, "url", env.Getenv("VIGIE_URL"), "address of the service; else VIGIE_URL")
	fs.StringVar(&c.token, "token", "", "token; else --token-file, else VIGIE_TOKEN")
	fs.StringVar(&c.tokenFile, "token-file", "", "file that holds the token")
	fs.DurationVar(&c.patience, "patience", client.DefaultPatience, "how long to try again while the service does not answer")
	return c
}

// client returns a client of the service, and what tells, now and then, that the service keeps one waiting.
func (c *connection) client(env *environment) (*client.Client, *notices, error) {
	token, err := c.credentials(env)
	if err != nil {
		return nil, nil, err
	}
	n := &notices{env: env}
	k := client.New(c.url, token)
	k.Patience = c.patience
	var mu sync.Mutex
	var last time.Time
	k.OnWait = func(wait time.Duration, why error) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(last) < noticeEvery || wait < time.Second {
			return
		}
		last = time.Now()
		if reason := i18n.Problem(env.Lang, why); triage.IsKind(why, triage.Full) {
			n.say(env.T("wait.full", reason))
		} else {
			n.say(env.T("wait.service", reason))
		}
	}
	return k, n, nil
}

// credentials returns the token, and refuses what cannot work.
func (c *connection) credentials(env *environment) (string, error) {
	if c.url == "" {
		return "", usageError(env.T("error.no-url"))
	}
	if u, err := url.Parse(c.url); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", usageError(env.T("error.bad-url"))
	}
	token := c.token
	if token == "" && c.tokenFile != "" {
		b, err := os.ReadFile(c.tokenFile)
		if err != nil {
			return "", usageError(env.T("error.token-file", cause(err)))
		}
		token = strings.TrimSpace(string(b))
	}
	if token == "" {
		token = env.Getenv("VIGIE_TOKEN")
	}
	if token == "" {
		return "", usageError(env.T("error.no-token"))
	}
	return token, nil
}

// notices tells what keeps somebody waiting: above the progress line while there is one.
type notices struct {
	env  *environment
	line atomic.Pointer[progress]
}

// follow has notices written above p, which may be nil.
func (n *notices) follow(p *progress) { n.line.Store(p) }

func (n *notices) say(message string) {
	if p := n.line.Load(); p != nil {
		p.say(message)
		return
	}
	fmt.Fprintln(n.env.Stderr, message)
}

// cause returns what the operating system says, without the path.
func cause(err error) string {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
