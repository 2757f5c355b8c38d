// Package endtoend tests the built binary as its users run it: processes of their own, a real Redis, a real object
// store, and no knowledge of what is inside. It holds nothing but tests.
package endtoend
