package picture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"testing"

	"github.com/gen2brain/webp"

	"ams/app/picture"
)

// exif says how a camera was held, and where.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	out := []byte("II*\x00")
	if order.String() == "BigEndian" {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint32(out, 8) // the first directory
	out = order.AppendUint16(out, 2) // of two entries
	for _, e := range [][3]uint16{{0x0111, 4, 6}, {0x0112, 3, orientation}} {
		out = order.AppendUint16(order.AppendUint16(out, e[0]), e[1])
		out = order.AppendUint16(order.AppendUint16(order.AppendUint32(out, 1), e[2]), 0)
	}
	return append(out, "\x00\x00\x00\x0041.2S 174.7E"...)
}

func turnedPNG(t testing.TB, img image.Image, orientation uint16) []byte {
	t.Helper()
	const head = 8 + 25 // signature and first chunk
	plain := encoded(t, "png", img)
	content := append([]byte("eXIf"), exif(binary.BigEndian, orientation)...)
	out := binary.BigEndian.AppendUint32(bytes.Clone(plain[:head]), uint32(len(content)-4))
	out = binary.BigEndian.AppendUint32(append(out, content...), crc32.ChecksumIEEE(content))
	return append(out, plain[head:]...)
}

// piece is a chunk of a WebP.
func piece(name string, content []byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content))), content...)
	return append(out, make([]byte, len(content)%2)...)
}

func webpOf(pieces ...[]byte) []byte {
	list := append([]byte("WEBP"), bytes.Join(pieces, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(list))), list...)
}

// extended is the head of a WebP that says more of it than its pixels, and how large it is.
func extended(flags byte, img image.Image) []byte {
	three := func(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n-1))[:3] }
	content := append([]byte{flags, 0, 0, 0}, three(img.Bounds().Dx())...)
	return piece("VP8X", append(content, three(img.Bounds().Dy())...))
}

// pixels are the chunks of a WebP that hold its picture.
func pixels(t testing.TB, img image.Image, how webp.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := webp.Encode(&out, img, how); err != nil {
		t.Fatal(err)
	}
	list := out.Bytes()[12:]
	if bytes.HasPrefix(list, []byte("VP8X")) {
		list = list[18:]
	}
	return list
}

func turnedWebP(t testing.TB, img image.Image, orientation uint16) []byte {
	t.Helper()
	const transparent, exifFollows = 1 << 4, 1 << 3
	return webpOf(extended(transparent|exifFollows, img), pixels(t, img, webp.Options{Lossless: true}),
		piece("EXIF", exif(binary.LittleEndian, orientation)))
}

// animated is a WebP of two frames, the second of which is green.
func animated(t testing.TB, img image.Image, how webp.Options) []byte {
	t.Helper()
	const transparent, animation = 1 << 4, 1 << 1
	green := image.NewNRGBA(img.Bounds())
	for i := range green.Pix {
		green.Pix[i] = []byte{0, 255, 0, 255}[i%4]
	}
	frame := func(img image.Image) []byte {
		size := extended(0, img)[12:18]
		head := append(append(make([]byte, 6), size...), 100, 0, 0, 0)
		return piece("ANMF", append(head, pixels(t, img, how)...))
	}
	return webpOf(extended(transparent|animation, img), piece("ANIM", make([]byte, 6)), frame(img), frame(green))
}

func TestAnimatedWebP(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]webp.Options{"Lossy": {Quality: 90}, "Lossless": {Lossless: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := picture.NewLab(1).Develop(t.Context(), animated(t, halves(30, 20), how), side)
			if err != nil || got.Extension != "webp" {
				t.Fatalf("Develop() = %s, %v, want a webp", got.Extension, err)
			}
			img, err := webp.Decode(bytes.NewReader(got.Original))
			if err != nil || img.Bounds().Dx() != 30 || img.Bounds().Dy() != 20 {
				t.Fatalf("the original has %v, %v, want 30×20", img.Bounds(), err)
			}
			if r, g, b, _ := img.At(5, 10).RGBA(); r>>8 < 200 || g>>8 > 60 || b>>8 > 60 {
				t.Errorf("the left is %d %d %d, want the red of the first frame", r>>8, g>>8, b>>8)
			}
			if _, _, _, a := img.At(25, 10).RGBA(); a>>8 < 110 || a>>8 > 150 {
				t.Errorf("the right is %d opaque, want 128", a>>8)
			}
		})
	}
	t.Run("ErrCutOff", func(t *testing.T) {
		t.Parallel()
		whole := animated(t, halves(30, 20), webp.Options{Quality: 90})
		for n := range len(whole) / 3 {
			if _, err := picture.NewLab(1).Develop(t.Context(), whole[:n], side); err == nil {
				t.Errorf("Develop() of the first %d bytes = nil, want a refusal", n)
			}
		}
	})
	t.Run("ErrLargerThanItSays", func(t *testing.T) {
		t.Parallel()
		lie := webpOf(extended(0, halves(1, 1)), pixels(t, image.NewNRGBA(image.Rect(0, 0, 9000, 8000)), webp.Options{Lossless: true}))
		if _, err := picture.NewLab(1).Develop(t.Context(), lie, side); err != picture.ErrTooLarge {
			t.Errorf("Develop() = %v, want %v", err, picture.ErrTooLarge)
		}
	})
}

// However the camera was held, the picture is stored as it was seen.
func TestUpright(t *testing.T) {
	t.Parallel()
	seen := image.NewNRGBA(image.Rect(0, 0, 2, 3))
	for i := range 6 {
		seen.Set(i%2, i/2, color.Gray{Y: uint8(40 * i)})
	}
	// at says where the camera put what is seen at x, y (Exif 2.32, 4.6.4.A).
	at := map[uint16]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return 1 - x, y },
		3: func(x, y int) (int, int) { return 1 - x, 2 - y },
		4: func(x, y int) (int, int) { return x, 2 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, 1 - x },
		7: func(x, y int) (int, int) { return 2 - y, 1 - x },
		8: func(x, y int) (int, int) { return 2 - y, x },
	}
	for held, place := range at {
		stored := image.NewNRGBA(image.Rect(0, 0, 2, 3))
		if held > 4 {
			stored = image.NewNRGBA(image.Rect(0, 0, 3, 2))
		}
		for i := range 6 {
			x, y := place(i%2, i/2)
			stored.Set(x, y, seen.At(i%2, i/2))
		}
		for format, file := range map[string][]byte{"png": turnedPNG(t, stored, held), "webp": turnedWebP(t, stored, held)} {
			t.Run(fmt.Sprintf("%s/%d", format, held), func(t *testing.T) {
				t.Parallel()
				got, err := picture.NewLab(1).Develop(t.Context(), file, side)
				if err != nil {
					t.Fatalf("Develop() = %v", err)
				}
				img, _, err := image.Decode(bytes.NewReader(got.Original))
				if err != nil || img.Bounds() != seen.Bounds() {
					t.Fatalf("the original has %v, %v, want %v", img.Bounds(), err, seen.Bounds())
				}
				for i := range 6 {
					want, _, _, _ := seen.At(i%2, i/2).RGBA()
					if r, _, _, _ := img.At(i%2, i/2).RGBA(); max(r, want)-min(r, want) > 20<<8 { // a lossy WebP is not exact
						t.Errorf("at %d, %d has a brightness of %d, want %d", i%2, i/2, r>>8, want>>8)
					}
				}
				if bytes.Contains(got.Original, []byte("41.2S")) {
					t.Error("the metadata of the camera was kept")
				}
			})
		}
	}
	for name, content := range map[string][]byte{
		"Nothing": nil, "NoTIFF": []byte("what is this"), "Outside": []byte("II*\x00\xff\xff\xff\xff"), "Short": []byte("II*\x00\x08\x00\x00\x00\x09\x00\x12"),
		"Wild": exif(binary.LittleEndian, 99), "JPEG": append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 1)...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := webpOf(extended(1<<3, seen), pixels(t, seen, webp.Options{Lossless: true}), piece("EXIF", content))
			got, err := picture.NewLab(1).Develop(t.Context(), file, side)
			if err != nil {
				t.Fatalf("Develop() = %v", err)
			}
			if shape, _, err := image.DecodeConfig(bytes.NewReader(got.Original)); err != nil || shape.Width != 2 {
				t.Errorf("the original is %d wide, %v, want 2 as it was", shape.Width, err)
			}
		})
	}
}
