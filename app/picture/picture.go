// Package picture takes uploaded photographs in: proven by decoding, turned upright, and written anew, so that nothing of
// the file that came in leaves the house: no positions, no camera, nothing hidden behind the picture.
package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"io"

	"github.com/gen2brain/webp"
	"github.com/kovidgoyal/imaging"
)

const (
	// MaxPixels is the largest picture that is decoded: 50 megapixels, up to 200 MB of memory.
	MaxPixels = 50_000_000
	// maxDepth is the bytes of a pixel that this allows for: deeper pictures may have fewer of them.
	maxDepth = 4

	originalQuality  = 90 // of JPEG and WebP, which lose a little each time they are written
	thumbnailQuality = 80
)

var (
	// ErrUnreadable says that the file is no JPEG, PNG, GIF or WebP picture, whatever its name says.
	ErrUnreadable = errors.New("this is no picture that can be read")
	// ErrTooLarge says that the picture has too many pixels.
	ErrTooLarge = errors.New("the picture has too many pixels")
)

// Lab works on pictures. Decoded ones are large, so only so many are held at once; whoever comes later waits.
type Lab struct{ places chan struct{} }

// NewLab works on so many pictures at once.
func NewLab(atOnce int) *Lab { return &Lab{places: make(chan struct{}, atOnce)} }

// Print is a picture as it is stored.
type Print struct {
	Extension string // jpg, png, gif or webp
	Type      string // media type
	Original  []byte // in the format that it came in; of an animation the first frame
	Thumbnail []byte // a JPEG, see Thumbnail
}

// Develop reads an uploaded file. The error is ErrUnreadable or ErrTooLarge when the file is to blame.
func (l *Lab) Develop(ctx context.Context, file []byte, side int) (Print, error) {
	free, err := l.enter(ctx)
	if err != nil {
		return Print{}, err
	}
	defer free()
	picture, format, err := decode(file)
	if err != nil {
		return Print{}, err
	}
	p := Print{Extension: format, Type: "image/" + format}
	if format == "jpeg" {
		p.Extension = "jpg"
	}
	if p.Original, err = encode(picture, format); err != nil {
		return Print{}, fmt.Errorf("write a picture anew: %w", err)
	}
	p.Thumbnail, err = thumbnail(picture, side)
	return p, err
}

// Thumbnail reads a stored picture and gives it as a square JPEG of that many pixels: scaled until it covers the
// square, cut around its centre, transparency on white.
func (l *Lab) Thumbnail(ctx context.Context, from io.Reader, side int) ([]byte, error) {
	free, err := l.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer free()
	file, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("read a picture: %w", err)
	}
	picture, _, err := decode(file)
	if err != nil {
		return nil, err
	}
	return thumbnail(picture, side)
}

func (l *Lab) enter(ctx context.Context) (leave func(), err error) {
	select {
	case l.places <- struct{}{}:
		return func() { <-l.places }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for other pictures: %w", ctx.Err())
	}
}

// decode knows four formats only, whatever else the libraries have registered.
func decode(file []byte) (image.Image, string, error) {
	shape, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, "", ErrUnreadable
	}
	switch format {
	case "jpeg", "png", "gif", "webp":
	default:
		return nil, "", ErrUnreadable
	}
	pixels := int64(shape.Width) * int64(shape.Height)
	if pixels > MaxPixels || pixels*depth(shape.ColorModel) > MaxPixels*maxDepth {
		return nil, "", ErrTooLarge
	}
	picture, err := imaging.Decode(bytes.NewReader(file), imaging.AutoOrientation(true))
	if err != nil || picture.Bounds().Empty() {
		return nil, "", ErrUnreadable
	}
	return picture, format, nil
}

// depth is how many bytes a decoded pixel takes at most.
func depth(m color.Model) int64 {
	if m == color.RGBA64Model || m == color.NRGBA64Model {
		return 8
	}
	return maxDepth
}

func encode(picture image.Image, format string) ([]byte, error) {
	var out bytes.Buffer
	var err error
	switch format {
	case "jpeg":
		err = imaging.Encode(&out, picture, imaging.JPEG, imaging.JPEGQuality(originalQuality))
	case "png":
		err = imaging.Encode(&out, picture, imaging.PNG)
	case "gif":
		err = gif.Encode(&out, picture, nil)
	case "webp":
		err = webp.Encode(&out, picture, webp.Options{Quality: originalQuality})
	}
	return out.Bytes(), err
}

func thumbnail(picture image.Image, side int) ([]byte, error) {
	cut := imaging.Fill(picture, side, side, imaging.Center, imaging.Lanczos)
	flat := image.NewRGBA(cut.Bounds())
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), cut, image.Point{}, draw.Over)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, flat, &jpeg.Options{Quality: thumbnailQuality}); err != nil {
		return nil, fmt.Errorf("write a thumbnail: %w", err)
	}
	return out.Bytes(), nil
}
