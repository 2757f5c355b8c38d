package main

import (
	"context"
	"flag"

	"vigie/api/client"
)

// whichExhibit is how commands are told of an exhibit: by its identifier, or by its case and seal.
type whichExhibit struct {
	caseNumber, seal string
}

// exhibitFlags declares the flags of the second way.
func exhibitFlags(fs *flag.FlagSet) *whichExhibit {
	w := &whichExhibit{}
	fs.StringVar(&w.caseNumber, "case", "", "number of the case, instead of the exhibit's identifier")
	fs.StringVar(&w.seal, "exhibit", "", "number of the seal under that case")
	return w
}

// byName reports whether both flags were given.
func (w *whichExhibit) byName() bool { return w.caseNumber != "" && w.seal != "" }

// check refuses both ways at once, none, and half of the second. ids are the positional arguments that name exhibits.
func (w *whichExhibit) check(env *environment, ids []string) error {
	switch {
	case len(ids) > 1:
		return usageError(env.T("error.too-many", harmless(ids[1])))
	case (len(ids) == 1) == w.byName() || !w.byName() && w.caseNumber+w.seal != "":
		return usageError(env.T("error.which-exhibit"))
	}
	return nil
}

// find returns the exhibit's identifier.
func (w *whichExhibit) find(ctx context.Context, c *client.Client, ids []string) (string, error) {
	if !w.byName() {
		return ids[0], nil
	}
	x, err := c.FindExhibit(ctx, w.caseNumber, w.seal)
	return x.ID, err
}
