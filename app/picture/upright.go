package picture

import (
	"bytes"
	"encoding/binary"
	"image"

	"github.com/kovidgoyal/imaging"
)

// upright is the orientation of a picture that is not to be turned (Exif 2.32, 4.6.4.A, tag 0x0112).
const upright = 1

// orientation is how a PNG or WebP says that its camera was held; of a JPEG the decoder knows by itself.
func orientation(file []byte, format string) uint16 {
	var exif []byte
	switch format {
	case "png":
		exif = pngChunk(file, "eXIf")
	case "webp":
		exif, _ = chunk(file[min(riffHead, len(file)):], "EXIF")
		exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00")) // which some programs write as in a JPEG
	}
	return orientationOf(exif)
}

// pngChunk finds the first of a name (PNG, 5.3); nil when there is none.
func pngChunk(file []byte, name string) []byte {
	const signature, head, checksum = 8, 8, 4
	for rest := file[min(signature, len(file)):]; len(rest) >= head+checksum; {
		size := int64(binary.BigEndian.Uint32(rest))
		if size > int64(len(rest)-head-checksum) {
			return nil
		}
		if string(rest[4:head]) == name {
			return rest[head : head+size]
		}
		rest = rest[head+size+checksum:]
	}
	return nil
}

// orientationOf reads the first directory of a TIFF (TIFF 6.0, section 2), which is what Exif is. What cannot be read is
// upright.
func orientationOf(exif []byte) uint16 {
	const (
		entry = 12 // bytes: tag, type, count, value
		tag   = 0x0112
		short = 3
	)
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(exif, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(exif, []byte("MM\x00*")):
		order = binary.BigEndian
	}
	if order == nil || len(exif) < 8 {
		return upright
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return upright
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < entry {
			return upright
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if value := order.Uint16(entries[8:]); value >= upright && value <= 8 {
				return value
			}
			return upright
		}
		entries = entries[entry:]
	}
	return upright
}

// turn gives a picture as it was seen through the camera.
func turn(picture image.Image, orientation uint16) image.Image {
	switch orientation {
	case 2:
		return imaging.FlipH(picture)
	case 3:
		return imaging.Rotate180(picture)
	case 4:
		return imaging.FlipV(picture)
	case 5:
		return imaging.Transpose(picture)
	case 6:
		return imaging.Rotate270(picture)
	case 7:
		return imaging.Transverse(picture)
	case 8:
		return imaging.Rotate90(picture)
	}
	return picture
}
