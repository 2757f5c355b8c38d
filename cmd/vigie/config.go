package main

import (
	"flag"
	"net"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"vigie/store/journal"
	"vigie/triage"
)

// serviceConfig is everything that the service's commands can be told, by flag or environment. Flags win.
type serviceConfig struct {
	Data    string // folder of the embedded servers' data
	Secrets string // folder of the keys and passwords
	// ServiceKeys are the service keys where the environment gives them instead of the folder.
	ServiceKeys string
	Objects     string // "folder" or "minio": the embedded object store
	Minio       string // binary of the embedded MinIO; looked for when empty
	// ObjectsMax bounds the folder store, in bytes; 0: the disk does.
	ObjectsMax int64

	RedisURL string // an outside Redis: redis://, rediss:// or unix://; with addr=, a cluster
	S3       s3Config

	Listen  string // host:port
	TLSCert string // files in PEM
	TLSKey  string
	Contact string // whom a unit should call
	// QueueMax is how many media may wait for their examination before submissions wait.
	QueueMax int64
	// Reveals are what reviewers may see, by role, and in which steps.
	Reveals triage.RevealPolicy
	reveals revealWords
	// Counts is what supervisors are told of how much others were shown.
	Counts triage.CountPolicy
	counts string
	// Breaks say when somebody is reminded of one.
	Breaks triage.BreakPolicy
	// Support is whom people may turn to, in the organisation's words; empty: nothing is said.
	Support string
	// Categories is a file of the office's scheme, which Scheme then is; empty: the default.
	Categories string
	Scheme     *triage.Scheme
	// StyleSheet is a file that the pages lay over their own; empty: none.
	StyleSheet string

	// Witness keeps the journal's checkpoints: a file outside the service, or an http(s) address; empty: nobody.
	Witness     string
	JournalSign time.Duration // how often a checkpoint is signed while events come in
	JournalLock time.Duration // how long sealed segments are locked in a store that can; 0: not at all

	Matchers string // addresses of those that match, with commas; empty: this process does
	// Shard is the share of the sets that a matcher holds, MatchListen where it listens.
	Shard, MatchListen string

	Classifier classifierConfig

	Metrics string // loopback address on which the process tells its metrics; empty: nowhere

	Parallel int           // examinations at once
	Children int           // decoding processes
	Lease    time.Duration // after which a dead worker's job is taken over
	Jail     string        // "required", or "best-effort": decodes also where nothing locks decoders in
	Decode   decodeLimits  // of each medium
	Verbose  bool
}

// s3Config names an outside S3 server with conditional writes.
type s3Config struct {
	Endpoint string // host:port
	User     string
	Password string
	Prefix   string // of the buckets' names
	TLS      bool
}

const (
	objectsFolder = "folder"
	objectsMinio  = "minio"

	jailRequired   = "required"
	jailBestEffort = "best-effort"

	defaultListen  = "127.0.0.1:8787"
	defaultContact = "OFMIN"
	// defaultLease is longer than a worker takes to renew it (a third) and short enough that nobody waits for a
	// crash.
	defaultLease = 15 * time.Second
	// defaultJournalLock is a year: what is locked in compliance mode can be made longer, never shorter.
	defaultJournalLock = 365 * 24 * time.Hour
)

// serviceFlags declares the flags that all of the service's commands share and returns where they are kept.
// extra declares those of one command.
func (env *environment) serviceFlags(name string, args []string, extra func(*flag.FlagSet, *serviceConfig)) (*serviceConfig, []string, error) {
	c := &serviceConfig{
		ServiceKeys: env.Getenv("VIGIE_SERVICE_KEY"), RedisURL: env.Getenv("VIGIE_REDIS_URL"),
		S3: s3Config{
			Endpoint: env.Getenv("VIGIE_S3_ENDPOINT"), User: env.Getenv("VIGIE_S3_ACCESS_KEY"),
			Password: env.Getenv("VIGIE_S3_SECRET_KEY"), Prefix: env.or("VIGIE_S3_PREFIX", "vigie"),
			TLS: env.Getenv("VIGIE_S3_TLS") != "off",
		},
	}
	fs := env.flagSet(name)
	fs.StringVar(&c.Data, "data", env.or("VIGIE_DATA", "data"), "folder of the service's data")
	fs.StringVar(&c.Secrets, "secrets", env.Getenv("VIGIE_SECRETS"), "folder of its keys and passwords (default: DATA-secrets)")
	fs.StringVar(&c.Objects, "objects", env.or("VIGIE_OBJECTS", objectsFolder), "object store: folder or minio")
	fs.StringVar(&c.Witness, "witness", env.Getenv("VIGIE_WITNESS"), "who keeps the journal's checkpoints: a file elsewhere, or a URL to POST to")
	fs.DurationVar(&c.JournalLock, "journal-lock", env.duration("VIGIE_JOURNAL_LOCK", defaultJournalLock),
		"how long sealed segments of the journal cannot be removed from MinIO, by anybody; 0: not locked")
	fs.DurationVar(&c.JournalSign, "journal-sign", env.duration("VIGIE_JOURNAL_SIGN", journal.DefaultEvery),
		"how often a checkpoint of the journal is signed while events come in")
	fs.Int64Var(&c.ObjectsMax, "objects-max", 0, "bytes that the folder store may hold (default: as much as the disk)")
	fs.StringVar(&c.Jail, "jail", env.or("VIGIE_JAIL", jailRequired), "where nothing locks decoders in: required (nothing is decoded) or best-effort")
	fs.StringVar(&c.Metrics, "metrics", env.Getenv("VIGIE_METRICS"), "loopback address where this process answers Prometheus (default: nowhere)")
	fs.BoolVar(&c.Verbose, "verbose", false, "log every request and job")
	if extra != nil {
		extra(fs, c)
	}
	rest, err := env.parse(fs, args)
	if err != nil {
		return nil, nil, err
	}
	return c, rest, c.complete(env)
}

// duration returns a variable's duration; one that cannot be read is no duration at all, which complete refuses.
func (env *environment) duration(variable string, fallback time.Duration) time.Duration {
	v := env.Getenv(variable)
	if v == "" {
		return fallback
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		return -1
	}
	return d
}

func (env *environment) or(variable, fallback string) string {
	if v := env.Getenv(variable); v != "" {
		return v
	}
	return fallback
}

// apiFlags declares what a process needs that answers requests.
func (env *environment) apiFlags(fs *flag.FlagSet, c *serviceConfig) {
	fs.StringVar(&c.Listen, "listen", env.or("VIGIE_LISTEN", defaultListen), "address to listen on")
	fs.StringVar(&c.TLSCert, "tls-cert", env.Getenv("VIGIE_TLS_CERT"), "certificate chain (PEM); needed beyond loopback")
	fs.StringVar(&c.TLSKey, "tls-key", env.Getenv("VIGIE_TLS_KEY"), "its private key (PEM)")
	fs.StringVar(&c.Contact, "contact", env.or("VIGIE_CONTACT", defaultContact), "whom a unit should call, shown with every check")
	fs.Int64Var(&c.QueueMax, "queue-max", defaultQueue, "media that may wait for their examination before submissions wait")
	fs.StringVar(&c.StyleSheet, "style-sheet", env.Getenv("VIGIE_STYLE_SHEET"), "CSS file that the pages lay over their own")
	env.revealFlags(fs, c)
	env.careFlags(fs, c)
	env.categoryFlags(fs, c)
}

// workFlags declares what a process needs that examines media.
func (env *environment) workFlags(fs *flag.FlagSet, c *serviceConfig) {
	fs.IntVar(&c.Parallel, "parallel", 2*runtime.NumCPU(), "examinations at once")
	fs.IntVar(&c.Children, "children", runtime.NumCPU(), "decoding processes")
	fs.DurationVar(&c.Lease, "lease", defaultLease, "after this time a dead worker's job is taken over")
	env.classifierFlags(fs, c)
	env.decodeFlags(fs, c)
}

// complete fills in what follows from the rest and refuses what cannot be meant.
func (c *serviceConfig) complete(env *environment) error {
	if c.Objects != objectsFolder && c.Objects != objectsMinio {
		return usageError(env.T("error.objects", c.Objects))
	}
	if c.Listen != "" && c.QueueMax < 1 {
		return usageError(env.T("error.queue-max"))
	}
	if c.Listen != "" {
		if err := c.checkReveals(env); err != nil {
			return err
		}
		if err := c.checkCare(env); err != nil {
			return err
		}
		if err := c.readCategories(); err != nil {
			return err
		}
	}
	if c.Jail != jailRequired && c.Jail != jailBestEffort {
		return usageError(env.T("error.jail", c.Jail))
	}
	if err := c.Decode.check(env); err != nil {
		return err
	}
	if c.JournalSign <= 0 {
		return usageError("--journal-sign (VIGIE_JOURNAL_SIGN): a duration such as 1m")
	}
	if err := c.checkMetrics(env); err != nil {
		return err
	}
	if err := c.checkMatch(env); err != nil {
		return err
	}
	if err := c.checkClassifier(env); err != nil {
		return err
	}
	if c.JournalLock < 0 {
		return usageError("--journal-lock (VIGIE_JOURNAL_LOCK): a duration such as 8760h, or 0")
	}
	var err error
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return usageError(env.T("error.folder-path", "--data", err))
	}
	if c.Secrets == "" {
		c.Secrets = c.Data + "-secrets"
	}
	if c.Secrets, err = filepath.Abs(c.Secrets); err != nil {
		return usageError(env.T("error.folder-path", "--secrets", err))
	}
	if c.Secrets == c.Data || strings.HasPrefix(c.Secrets, c.Data+string(filepath.Separator)) {
		return usageError(env.T("error.secrets-inside"))
	}
	if c.Listen != "" {
		return c.checkListen(env)
	}
	return nil
}

func (c *serviceConfig) jailBestEffort() bool { return c.Jail == jailBestEffort }

// checkListen refuses to send secrets in clear over a network.
func (c *serviceConfig) checkListen(env *environment) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return usageError(env.T("error.listen", c.Listen))
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return usageError(env.T("error.listen-port", c.Listen))
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usageError(env.T("error.tls-pair"))
	}
	ip := net.ParseIP(host)
	if loopback := host == "localhost" || ip != nil && ip.IsLoopback(); !loopback && c.TLSCert == "" {
		return usageError(env.T("error.listen-open", c.Listen))
	}
	return nil
}

// baseURL is where the service is reached at addr.
func (c *serviceConfig) baseURL(addr string) string {
	u := url.URL{Scheme: "http", Host: addr}
	if c.TLSCert != "" {
		u.Scheme = "https"
	}
	return u.String()
}
