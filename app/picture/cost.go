package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// memory bounds what one picture may take while it is worked on, in bytes. Web and worker live in 512 MB each.
const memory = 260_000_000

// What a pixel takes, in bytes.
const (
	turned      = 8  // two copies of a picture whose camera was held askew; of a JPEG, may have been
	deep        = 8  // of a PNG with 16 bits a channel
	flat        = 4  // of every other PNG
	written     = 12 // of a WebP, together with what writing it anew takes
	indexed     = 1  // of a GIF
	coefficient = 4  // of each channel of a progressive JPEG, which is held as a whole before the first pixel is known
)

// cost is what working on a picture takes, as its head says, and the orientation that it is turned from.
func cost(file []byte, format string, shape image.Config, held uint16) int64 {
	pixels := int64(shape.Width) * int64(shape.Height)
	each := int64(flat)
	switch format {
	case "jpeg":
		return jpegCost(file, pixels)
	case "png":
		if shape.ColorModel == color.RGBA64Model || shape.ColorModel == color.NRGBA64Model || shape.ColorModel == color.Gray16Model {
			each = deep
		}
	case "gif":
		each = indexed
	case "webp":
		each = written
	}
	if held != upright {
		each += turned
	}
	return pixels * each
}

// jpegCost reads the frame's header (ITU T.81, B.2.2): how many channels there are, how finely each is sampled, and
// whether the file is progressive. A file whose header cannot be found costs too much.
func jpegCost(file []byte, pixels int64) int64 {
	for at := 2; at+9 < len(file) && file[at] == 0xff; {
		marker, length := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xff { // fill byte
			at++
			continue
		}
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			decoded := frameCost(file[at+4:], marker == 0xc2, pixels)
			if bytes.Contains(file[:at], []byte("Exif")) {
				decoded += pixels * turned
			}
			return decoded
		}
		at += 2 + length
	}
	return memory + 1
}

func frameCost(frame []byte, progressive bool, pixels int64) int64 {
	channels := int64(frame[5])
	if int64(len(frame)) < 6+3*channels || channels == 0 {
		return memory + 1
	}
	var most, samples int64 // of all channels for one block of pixels
	for i := range channels {
		n := int64(frame[7+3*i]>>4) * int64(frame[7+3*i]&15)
		most, samples = max(most, n), samples+n
	}
	if most == 0 {
		return memory + 1
	}
	decoded := pixels * samples / most
	if progressive {
		decoded += decoded * coefficient
	}
	if channels == 4 { // these are turned into three on the way
		decoded += pixels * flat
	}
	return decoded
}
