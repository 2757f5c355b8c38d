package edits

import (
	"image"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/disintegration/imaging"
)

// Pictures lists the files of folders that look like pictures, every n-th of them.
func Pictures(folders []string, every int) (paths []string, err error) {
	n := 0
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(filepath.Ext(path))) {
				return err
			}
			if n++; n%every == 0 {
				paths = append(paths, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// Open reads a picture, reduced to a longer side in pixels.
func Open(path string, side int) (*image.NRGBA, error) {
	img, err := imaging.Open(path)
	if err != nil {
		return nil, err
	}
	return imaging.Fit(img, side, side, imaging.Lanczos), nil
}
