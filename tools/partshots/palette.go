package main

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// reduced gives a part of a picture in 256 colours, which shortens the file to a third. The most frequent come first,
// and none that can hardly be told from one chosen before, so that rare colours keep their place.
func reduced(picture image.Image, part image.Rectangle) *image.Paletted {
	count := map[color.Color]int{}
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(key(a), key(b)))
	})
	var palette color.Palette
	for i, c := range frequent {
		const sure = 24 // the colours of surfaces and of words
		if len(palette) < 256 && (i < sure || distance(c, palette.Convert(c)) > 10*10) {
			palette = append(palette, c)
		}
	}
	index := make(map[color.Color]uint8, len(count))
	for c := range count {
		index[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(image.Rect(0, 0, part.Dx(), part.Dy()), palette)
	for y := range part.Dy() {
		for x := range part.Dx() {
			out.SetColorIndex(x, y, index[picture.At(part.Min.X+x, part.Min.Y+y)])
		}
	}
	return out
}

// distance is the square of how far two colours are apart, in steps of 1/255.
func distance(a, b color.Color) int {
	r, g, u, _ := a.RGBA()
	s, h, v, _ := b.RGBA()
	square := func(x, y uint32) int { d := (int(x) - int(y)) >> 8; return d * d }
	return square(r, s) + square(g, h) + square(u, v)
}

// key orders colours, so that the same picture always gives the same file.
func key(c color.Color) uint64 {
	r, g, b, a := c.RGBA()
	return uint64(r)<<48 | uint64(g)<<32 | uint64(b)<<16 | uint64(a)
}
