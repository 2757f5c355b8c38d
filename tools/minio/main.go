// Command minio is the MinIO object server at the version that Vigie is tested with.
//
// It is a module of its own so that the server's dependencies never enter Vigie's go.mod, and a process of
// its own so that its licence (AGPL-3.0) stays its own: nothing of it is linked into vigie.
// tools/setup/minio.sh builds it into ./bin.
package main

import (
	"os"

	minio "github.com/minio/minio/cmd"
)

func main() { minio.Main(os.Args) }
