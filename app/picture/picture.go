// Package picture takes uploaded photographs in: proven by decoding, turned upright, and written anew, so that nothing of
// the file that came in leaves the house: no positions, no camera, nothing hidden behind the picture.
package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	webpenc "github.com/gen2brain/webp"
	"github.com/kovidgoyal/imaging"
	"golang.org/x/image/webp"
)

const (
	// MaxPixels is the largest picture that is decoded. Of formats that take much memory for a pixel fewer are possible.
	MaxPixels = 50_000_000
	// maxFile is the longest stored file that is read for a thumbnail, in bytes; uploads are bounded before.
	maxFile = 64 << 20

	// longestWebP is the longest side of a WebP that is written, in pixels: writing one takes 90 bytes for each.
	longestWebP = 1600

	originalQuality  = 90 // of JPEG and WebP, which lose a little each time they are written
	thumbnailQuality = 80
)

var (
	// ErrUnreadable says that the file is no JPEG, PNG, GIF or WebP picture, whatever its name says.
	ErrUnreadable = errors.New("this is no picture that can be read")
	// ErrTooLarge says that the picture has more than MaxPixels.
	ErrTooLarge = errors.New("the picture has too many pixels")
	// ErrTooDetailed says that the picture has few enough pixels, but that they take too much memory in its format.
	ErrTooDetailed = errors.New("the picture takes too much memory")
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

// Develop reads an uploaded file. The error is ErrUnreadable, ErrTooLarge or ErrTooDetailed when the file is to blame.
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
	file, err := io.ReadAll(io.LimitReader(from, maxFile))
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

// decode knows four formats, whatever else the libraries have registered. Nothing is decoded before its head has told
// what that takes.
func decode(file []byte) (image.Image, string, error) {
	format := formatOf(file)
	held := orientation(file, format)
	if format == "webp" {
		file = still(file)
	}
	shape, err := head(file, format)
	if err != nil {
		return nil, "", ErrUnreadable
	}
	switch {
	case int64(shape.Width)*int64(shape.Height) > MaxPixels:
		return nil, "", ErrTooLarge
	case cost(file, format, shape, held) > memory:
		return nil, "", ErrTooDetailed
	}
	var picture image.Image
	if format == "webp" { // the decoder that comes with the encoder takes a hundred times as much memory
		picture, err = webp.Decode(bytes.NewReader(file))
	} else {
		picture, err = imaging.Decode(bytes.NewReader(file), imaging.AutoOrientation(true))
	}
	if err != nil || picture.Bounds().Empty() {
		return nil, "", ErrUnreadable
	}
	return turn(picture, held), format, nil
}

// formatOf goes by the first bytes, never by a name.
func formatOf(file []byte) string {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(file, []byte("GIF87a")), bytes.HasPrefix(file, []byte("GIF89a")):
		return "gif"
	case len(file) > 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

func head(file []byte, format string) (image.Config, error) {
	read := map[string]func(io.Reader) (image.Config, error){
		"jpeg": jpeg.DecodeConfig, "png": png.DecodeConfig, "gif": gif.DecodeConfig, "webp": webp.DecodeConfig,
	}[format]
	if read == nil {
		return image.Config{}, ErrUnreadable
	}
	return read(bytes.NewReader(file))
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
		picture = imaging.Fit(picture, longestWebP, longestWebP, imaging.Lanczos) // larger ones become smaller
		err = webpenc.Encode(&out, picture, webpenc.Options{Quality: originalQuality})
	}
	return out.Bytes(), err
}

func thumbnail(picture image.Image, side int) ([]byte, error) {
	edge := min(picture.Bounds().Dx(), picture.Bounds().Dy())
	cut := imaging.Resize(imaging.CropCenter(picture, edge, edge), side, side, imaging.Lanczos)
	flat := image.NewRGBA(cut.Bounds())
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), cut, image.Point{}, draw.Over)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, flat, &jpeg.Options{Quality: thumbnailQuality}); err != nil {
		return nil, fmt.Errorf("write a thumbnail: %w", err)
	}
	return out.Bytes(), nil
}
