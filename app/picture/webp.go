package picture

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/image/webp"
)

// Lengths in the container of WebP, in bytes (developers.google.com/speed/webp/docs/riff_container).
const (
	riffHead  = 12 // "RIFF", the length of the file, "WEBP"
	chunkHead = 8  // name and length
	frameHead = 16 // place, size and duration of a frame of an animation
)

// still is a WebP of the first picture that a file holds, of an animation its first frame, with nothing else in it. The
// decoder knows no animation, and believes a file about the size of what is in it; here that comes from the picture itself.
// It is empty when there is no picture.
func still(file []byte) []byte {
	list := file[min(riffHead, len(file)):]
	if frame, animated := chunk(list, "ANMF"); animated {
		list = frame[min(frameHead, len(frame)):]
	}
	if lossless, found := chunk(list, "VP8L"); found {
		return container(part{"VP8L", lossless})
	}
	lossy, found := chunk(list, "VP8 ")
	if !found {
		return nil
	}
	plain := container(part{"VP8 ", lossy})
	alpha, found := chunk(list, "ALPH")
	if !found {
		return plain
	}
	shape, err := webp.DecodeConfig(bytes.NewReader(plain))
	if err != nil || shape.Width == 0 || shape.Height == 0 {
		return nil
	}
	extended := binary.LittleEndian.AppendUint32(nil, 1<<4) // there is transparency
	extended = append(extended, threeBytes(shape.Width-1)...)
	extended = append(extended, threeBytes(shape.Height-1)...)
	return container(part{"VP8X", extended}, part{"ALPH", alpha}, part{"VP8 ", lossy})
}

func threeBytes(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n))[:3] }

// chunk finds the first of a name in a list of them.
func chunk(list []byte, name string) (content []byte, found bool) {
	for len(list) >= chunkHead {
		size := int64(binary.LittleEndian.Uint32(list[4:]))
		rest := list[chunkHead:]
		if size > int64(len(rest)) {
			return nil, false
		}
		if string(list[:4]) == name {
			return rest[:size], true
		}
		list = rest[min(size+size%2, int64(len(rest))):]
	}
	return nil, false
}

// part is a chunk that is written.
type part struct {
	name    string
	content []byte
}

func container(parts ...part) []byte {
	list := []byte("WEBP")
	for _, p := range parts {
		list = binary.LittleEndian.AppendUint32(append(list, p.name...), uint32(len(p.content)))
		list = append(list, p.content...)
		list = append(list, make([]byte, len(p.content)%2)...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(list))), list...)
}
