package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"ams/app/fault"
	"ams/app/lang"
)

const (
	// uploadLimit is how long a form with files may take to arrive, for people with slow lines.
	uploadLimit = 10 * time.Minute
	// valuesLimit bounds what is not a file in such a form, in bytes, and fieldsLimit its fields.
	valuesLimit = 1 << 20
	fieldsLimit = 1000
)

// Uploads gives the same place for forms with files of so many bytes in all. The kernel does not read their body: the
// handler first asks who sends it, then calls ReadForm.
func (r *Router) Uploads(limit int64) *Router {
	takes := *r
	takes.uploads = limit
	return &takes
}

// File arrives with a form. What it holds passes by once, and never lies in memory or on a disk as a whole.
type File struct {
	Field string
	Name  string // as the browser says, to be shown and never trusted
	io.Reader
}

// ReadForm reads a form on a place that takes uploads. Each file that was chosen is given to take as it arrives; the
// values are there afterwards.
func (c *Ctx) ReadForm(take func(File) error) error {
	c.patient()
	parts, err := c.gin.Request.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) { // without files it is no longer than any other form
		c.gin.Request.Body = http.MaxBytesReader(c.gin.Writer, c.gin.Request.Body, valuesLimit)
		return c.readValues()
	}
	if err != nil {
		return unreadable(err)
	}
	left := int64(valuesLimit)
	for range fieldsLimit {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if !clean(part.FormName()) || !clean(part.FileName()) {
			return errUnstorable()
		}
		if part.FileName() != "" {
			err = take(File{Field: part.FormName(), Name: part.FileName(), Reader: incoming{part}})
		} else {
			left, err = c.readValue(part, left)
		}
		if err != nil {
			return err
		}
	}
	return errTooLong
}

// incoming tells a body that breaks off, which is the sender's affair, from everything else that can fail.
type incoming struct{ io.Reader }

func (i incoming) Read(p []byte) (int, error) {
	n, err := i.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

func (c *Ctx) readValue(part *multipart.Part, left int64) (int64, error) {
	value, err := io.ReadAll(io.LimitReader(part, left+1))
	if err != nil {
		return 0, unreadable(err)
	}
	if left -= int64(len(value)); left < 0 {
		return 0, errTooLong
	}
	if !clean(string(value)) {
		return 0, errUnstorable()
	}
	c.form.Add(part.FormName(), string(value))
	return left, nil
}

func (c *Ctx) readValues() error {
	r := c.gin.Request
	if err := parseForm(r); err != nil {
		return unreadable(err)
	}
	c.form = r.PostForm
	if !cleanValues(c.form) {
		return errUnstorable()
	}
	return nil
}

func unreadable(err error) error {
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Errorf("%w: %w", errTooLong, tooLong)
	}
	return fault.BadRequest(lang.M("The form could not be read."))
}

func errUnstorable() error {
	return fault.BadRequest(lang.M("The form holds characters that cannot be stored."))
}

// uploads is how many bytes may come with this request, 0 where it takes no files.
func (c *Ctx) uploads() int64 {
	if c.gin.Request.Method != http.MethodPost {
		return 0
	}
	return c.web.routes.uploads[c.gin.FullPath()]
}

// patient lets a form with files take its time, both ways, once the handler knows who sends it. The request ends with the
// connection, as before.
func (c *Ctx) patient() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), uploadLimit)
	stop := context.AfterFunc(c.base, cancel)
	c.release = func() { stop(); cancel() }
	c.gin.Request = c.gin.Request.WithContext(ctx)
	until := time.Now().Add(uploadLimit)
	answer := http.NewResponseController(c.gin.Writer)
	// A server that knows no deadlines, as in some tests, has none that could be in the way.
	_ = answer.SetReadDeadline(until)
	_ = answer.SetWriteDeadline(until.Add(time.Minute))
}
