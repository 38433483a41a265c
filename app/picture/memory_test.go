package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"ams/app/picture"
)

// developer names the variable that makes this program develop one picture and tell what that took.
const developer = "AMS_TEST_DEVELOP"

// progressive is a JPEG of nothing, in few bytes, that a decoder has to hold as a whole before it knows the first pixel.
func progressive(w, h, channels int) []byte {
	segment := func(marker byte, content []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2)), content...)
	}
	out := append([]byte{0xff, 0xd8}, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...))...)
	frame := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(h)), uint16(w))
	frame = append(frame, byte(channels))
	scan := []byte{byte(channels)}
	for i := range channels {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	out = append(out, segment(0xc2, frame)...)
	out = append(out, segment(0xc4, append(append([]byte{0, 1}, make([]byte, 15)...), 0))...) // one code, of one bit
	out = append(out, segment(0xda, append(scan, 0, 0, 0))...)
	out = append(out, make([]byte, ((w+7)/8)*((h+7)/8)*channels/8+1)...)
	return append(out, 0xff, 0xd9)
}

// heavy are the pictures that take most, and for each that is refused the reason.
func heavy(t *testing.T) map[string]func() ([]byte, error) {
	large := image.Rect(0, 0, 8000, 6250)
	return map[string]func() ([]byte, error){
		"PNG":             func() ([]byte, error) { return encoded(t, "png", image.NewGray(large)), nil },
		"JPEG":            func() ([]byte, error) { return encoded(t, "jpeg", image.NewRGBA(large)), nil },
		"Turned":          func() ([]byte, error) { return turned(t, image.NewRGBA(image.Rect(0, 0, 6000, 4500))), nil },
		"ErrTurned":       func() ([]byte, error) { return turned(t, image.NewRGBA(large)), picture.ErrTooDetailed },
		"Progressive":     func() ([]byte, error) { return progressive(4200, 4100, 3), nil },
		"ErrProgressive":  func() ([]byte, error) { return progressive(4300, 4200, 3), picture.ErrTooDetailed },
		"ErrFourChannels": func() ([]byte, error) { return progressive(4000, 3900, 4), picture.ErrTooDetailed },
		"WebP":            func() ([]byte, error) { return encoded(t, "webp", image.NewNRGBA(image.Rect(0, 0, 4000, 3100))), nil },
		"LongAndThin":     func() ([]byte, error) { return encoded(t, "png", image.NewGray(image.Rect(0, 0, 1_000_000, 1))), nil },
		"TurnedPNG": func() ([]byte, error) {
			return turnedPNG(t, image.NewNRGBA(image.Rect(0, 0, 5400, 4000)), 6), nil
		},
		"ErrTurnedPNG": func() ([]byte, error) {
			return turnedPNG(t, image.NewNRGBA(image.Rect(0, 0, 5500, 4000)), 6), picture.ErrTooDetailed
		},
		"TurnedWebP": func() ([]byte, error) {
			return turnedWebP(t, image.NewNRGBA(image.Rect(0, 0, 4000, 3200)), 6), nil
		},
		"ErrTurnedWebP": func() ([]byte, error) {
			return turnedWebP(t, image.NewNRGBA(image.Rect(0, 0, 4100, 3200)), 6), picture.ErrTooDetailed
		},
		"LargeWebP": func() ([]byte, error) {
			return turnedWebP(t, image.NewNRGBA(image.Rect(0, 0, 5400, 4000)), 1), nil
		},
		"ErrLargeWebP": func() ([]byte, error) {
			return turnedWebP(t, image.NewNRGBA(image.Rect(0, 0, 8000, 6200)), 1), picture.ErrTooDetailed
		},
		"GIF": func() ([]byte, error) {
			return encoded(t, "gif", image.NewPaletted(large, color.Palette{color.Black, color.White})), nil
		},
	}
}

// Whatever somebody uploads, the process stays far below the 512 MB that it lives in.
func TestMemory(t *testing.T) {
	const most = 340 // MiB
	if name := os.Getenv(developer); name != "" {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = picture.NewLab(1).Develop(t.Context(), file, 800)
		status, _ := os.ReadFile("/proc/self/status")
		fmt.Printf("%s refused=%v\n", regexp.MustCompile(`VmHWM:\s+\d+`).Find(status), errors.Is(err, picture.ErrTooDetailed))
		return
	}
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	for name, made := range heavy(t) {
		t.Run(name, func(t *testing.T) { // one after the other: together they would take what the machine has
			file, refused := made()
			path := t.TempDir() + "/picture"
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestMemory$")
			cmd.Env = append(os.Environ(), developer+"="+path)
			out, err := cmd.CombinedOutput()
			found := regexp.MustCompile(`VmHWM:\s+(\d+) refused=(\w+)`).FindSubmatch(out)
			if err != nil || found == nil {
				t.Fatalf("Develop() in a process of its own = %v\n%.500s", err, out)
			}
			kilobytes, _ := strconv.Atoi(string(found[1]))
			if kilobytes/1024 > most {
				t.Errorf("a picture of %d bytes took %d MiB, want at most %d", len(file), kilobytes/1024, most)
			}
			if got := string(found[2]) == "true"; got != (refused != nil) {
				t.Errorf("Develop() refused it as too detailed: %v, want %v", got, refused != nil)
			}
		})
	}
}
