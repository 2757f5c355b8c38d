//go:build !linux

package jail

func tryForbidden() string { return "nothing" }
