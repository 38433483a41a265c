package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
	"time"

	"github.com/gen2brain/webp"

	"ams/app/picture"
)

const side = 40

// halves is red on the left and half transparent blue on the right.
func halves(w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			c := color.NRGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.NRGBA{B: 255, A: 128}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func encoded(t testing.TB, format string, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	var err error
	switch format {
	case "jpeg":
		err = jpeg.Encode(&out, img, nil)
	case "png":
		err = png.Encode(&out, img)
	case "gif":
		err = gif.Encode(&out, img, nil)
	case "webp":
		err = webp.Encode(&out, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// turned is a JPEG whose camera was held so that its top is at the right, with a position in its metadata.
func turned(t testing.TB, img image.Image) []byte {
	t.Helper()
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00" + // little endian, first directory at 8
		"\x02\x00" + // two entries
		"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00" + // orientation 6
		"\x0e\x01\x02\x00\x0c\x00\x00\x00\x26\x00\x00\x00" + // description at 38
		"\x00\x00\x00\x00" + "41.2S 174.7E")
	segment := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	plain := encoded(t, "jpeg", img)
	return append(append(append([]byte{}, plain[:2]...), append(segment, exif...)...), plain[2:]...)
}

// enormous is a PNG that says it has so many pixels, in few bytes.
func enormous(w, h uint32, depth byte) []byte {
	head := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	head = append(head, depth, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// tables are the quantisation tables of a JPEG (ITU T.81, B.2.4.1): they say how finely it was written.
func tables(t *testing.T, file []byte) (found []byte) {
	t.Helper()
	for at := 2; at+4 < len(file) && file[at] == 0xff && file[at+1] != 0xda; {
		length := int(binary.BigEndian.Uint16(file[at+2:]))
		if file[at+1] == 0xdb {
			found = append(found, file[at+4:at+2+length]...)
		}
		at += 2 + length
	}
	if len(found) == 0 {
		t.Fatal("the JPEG has no quantisation tables")
	}
	return found
}

// A thumbnail is written as finely as a small picture needs, an original more finely: it is written anew each time.
func TestQuality(t *testing.T) {
	t.Parallel()
	written := func(quality int) []byte {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, halves(8, 8), &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		return tables(t, out.Bytes())
	}
	lab := picture.NewLab(1)
	got, err := lab.Develop(t.Context(), encoded(t, "jpeg", halves(30, 20)), side)
	if err != nil {
		t.Fatal(err)
	}
	made, err := lab.Thumbnail(t.Context(), bytes.NewReader(got.Original), side)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		file    []byte
		quality int
	}{
		"the thumbnail": {got.Thumbnail, 80}, "a thumbnail made later": {made, 80}, "the original": {got.Original, 90},
	} {
		if !bytes.Equal(tables(t, c.file), written(c.quality)) {
			t.Errorf("%s is not written with quality %d", what, c.quality)
		}
	}
}

func TestDevelop(t *testing.T) {
	t.Parallel()
	lab := picture.NewLab(1)
	for _, c := range []struct{ format, extension string }{{"jpeg", "jpg"}, {"png", "png"}, {"gif", "gif"}, {"webp", "webp"}} {
		t.Run(c.format, func(t *testing.T) {
			t.Parallel()
			got, err := lab.Develop(t.Context(), encoded(t, c.format, halves(30, 20)), side)
			if err != nil || got.Extension != c.extension || got.Type != "image/"+c.format {
				t.Fatalf("Develop() = %s, %s, %v, want %s and its type", got.Extension, got.Type, err, c.extension)
			}
			shape, format, err := image.DecodeConfig(bytes.NewReader(got.Original))
			if err != nil || format != c.format || shape.Width != 30 || shape.Height != 20 {
				t.Errorf("the original is a %s of %d×%d, %v, want a %s of 30×20", format, shape.Width, shape.Height, err, c.format)
			}
			small, err := jpeg.Decode(bytes.NewReader(got.Thumbnail))
			if err != nil || small.Bounds().Dx() != side || small.Bounds().Dy() != side {
				t.Fatalf("the thumbnail has %v, %v, want a JPEG of %d×%d", small.Bounds(), err, side, side)
			}
			if r, g, b, _ := small.At(4, side/2).RGBA(); r>>8 < 220 || g>>8 > 40 || b>>8 > 40 {
				t.Errorf("the left of the thumbnail is %d %d %d, want red", r>>8, g>>8, b>>8)
			}
		})
	}
	t.Run("Upright", func(t *testing.T) {
		t.Parallel()
		file := turned(t, halves(30, 20))
		got, err := lab.Develop(t.Context(), file, side)
		if err != nil {
			t.Fatalf("Develop() = %v", err)
		}
		img, err := jpeg.Decode(bytes.NewReader(got.Original))
		if err != nil || img.Bounds().Dx() != 20 || img.Bounds().Dy() != 30 {
			t.Fatalf("the original has %v, %v, want 20×30", img.Bounds(), err)
		}
		if r, _, b, _ := img.At(10, 4).RGBA(); r>>8 < 200 || b>>8 > 60 {
			t.Errorf("the top is %d red and %d blue, want the red half", r>>8, b>>8)
		}
		if !bytes.Contains(file, []byte("41.2S")) || bytes.Contains(got.Original, []byte("41.2S")) || bytes.Contains(got.Original, []byte("Exif")) {
			t.Error("the metadata of the camera was kept")
		}
	})
	t.Run("CutAroundTheCentre", func(t *testing.T) {
		t.Parallel()
		img := image.NewNRGBA(image.Rect(0, 0, 90, 30))
		for x := 30; x < 60; x++ {
			for y := range 30 {
				img.SetNRGBA(x, y, color.NRGBA{G: 255, A: 255})
			}
		}
		got, err := lab.Develop(t.Context(), encoded(t, "png", img), side)
		if err != nil {
			t.Fatalf("Develop() = %v", err)
		}
		small, err := jpeg.Decode(bytes.NewReader(got.Thumbnail))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []int{2, side - 3} {
			if r, g, _, _ := small.At(x, side/2).RGBA(); g>>8 < 200 || r>>8 > 60 {
				t.Errorf("at %d the thumbnail is %d red and %d green, want the middle third alone", x, r>>8, g>>8)
			}
		}
	})
	t.Run("TransparentOnWhite", func(t *testing.T) {
		t.Parallel()
		got, err := lab.Develop(t.Context(), encoded(t, "png", image.NewNRGBA(image.Rect(0, 0, 9, 9))), side)
		if err != nil {
			t.Fatalf("Develop() = %v", err)
		}
		img, err := jpeg.Decode(bytes.NewReader(got.Thumbnail))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, b, _ := img.At(5, 5).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
			t.Errorf("nothing at all is %d %d %d, want white", r>>8, g>>8, b>>8)
		}
	})
	t.Run("BehindThePicture", func(t *testing.T) {
		t.Parallel()
		got, err := lab.Develop(t.Context(), append(encoded(t, "gif", halves(9, 9)), "<script>alert(1)</script>"...), side)
		if err != nil || bytes.Contains(got.Original, []byte("script")) {
			t.Errorf("Develop() of a picture with a script behind it = %q, %v, want the picture alone", got.Original, err)
		}
	})
	t.Run("FirstFrame", func(t *testing.T) {
		t.Parallel()
		frame := func(c color.Color) *image.Paletted {
			return image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{c, color.White})
		}
		var out bytes.Buffer
		if err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{frame(color.Black), frame(color.White)}, Delay: []int{1, 1}}); err != nil {
			t.Fatal(err)
		}
		got, err := lab.Develop(t.Context(), out.Bytes(), side)
		if err != nil {
			t.Fatalf("Develop() = %v", err)
		}
		if all, err := gif.DecodeAll(bytes.NewReader(got.Original)); err != nil || len(all.Image) != 1 {
			t.Errorf("the original has %v frames, %v, want the first", len(all.Image), err)
		}
	})
}

func TestDevelopErr(t *testing.T) {
	t.Parallel()
	lab := picture.NewLab(1)
	whole := encoded(t, "jpeg", halves(60, 60))
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"ErrEmpty":     {nil, picture.ErrUnreadable},
		"ErrText":      {[]byte("Kia ora"), picture.ErrUnreadable},
		"ErrSVG":       {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), picture.ErrUnreadable},
		"ErrHTML":      {[]byte("<!doctype html><img src=x>"), picture.ErrUnreadable},
		"ErrTruncated": {whole[:len(whole)/2], picture.ErrUnreadable},
		"ErrHeadOnly":  {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00<script>"), picture.ErrUnreadable},
		"ErrOther":     {[]byte("P1\n1 1\n1\n"), picture.ErrUnreadable}, // a format that the library knows
		"ErrTooLarge":  {enormous(10_000, 5_001, 8), picture.ErrTooLarge},
		"ErrTooDeep":   {enormous(7_000, 7_000, 16), picture.ErrTooDetailed},
		"ErrOverflow":  {enormous(1<<31-1, 1<<31-1, 8), picture.ErrUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := lab.Develop(t.Context(), c.file, side); !errors.Is(err, c.want) {
				t.Errorf("Develop() = %v, want %v", err, c.want)
			}
		})
	}
	t.Run("ErrNobodyLeaves", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := picture.NewLab(0).Develop(ctx, whole, side); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Develop() in a full lab = %v, want the end of the wait", err)
		}
	})
}

// FuzzDevelop: whatever is uploaded is refused or comes out as a picture that can be read.
func FuzzDevelop(f *testing.F) {
	for _, format := range []string{"jpeg", "png", "gif", "webp"} {
		f.Add(encoded(f, format, halves(12, 8)))
	}
	f.Add(turned(f, halves(12, 8)))
	f.Add(turnedPNG(f, halves(12, 8), 6))
	f.Add(turnedWebP(f, halves(12, 8), 6))
	f.Add(animated(f, halves(12, 8), webp.Options{Quality: 80}))
	f.Add(animated(f, halves(12, 8), webp.Options{Lossless: true}))
	lab := picture.NewLab(4)
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := lab.Develop(t.Context(), file, 8)
		if err != nil {
			if !errors.Is(err, picture.ErrUnreadable) && !errors.Is(err, picture.ErrTooLarge) && !errors.Is(err, picture.ErrTooDetailed) {
				t.Fatalf("Develop() = %v, want one of the three refusals", err)
			}
			return
		}
		if _, _, err := image.Decode(bytes.NewReader(got.Original)); err != nil {
			t.Fatalf("the original cannot be read: %v", err)
		}
	})
}
