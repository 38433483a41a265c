package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"
)

// Download answers with a file to keep, which is made while it is sent. It may take longer than a page: write gets a
// context of its own. What fails before the first byte becomes an error page; later the connection breaks off, so that
// nobody takes a part for the whole.
func (c *Ctx) Download(name, contentType string, write func(context.Context, io.Writer) error) error {
	c.patient()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), uploadLimit)
	defer cancel()
	file := &download{c: c, name: name, contentType: contentType}
	err := write(ctx, file)
	switch {
	case err == nil:
		return file.begin()
	case !file.begun:
		return err
	case !file.gone: // else the browser has left, which is its affair
		c.web.log.ErrorContext(c.Context(), "a download broke off", "file", name, "error", err)
	}
	// Gin would catch a panic that ends the connection. A deadline that is long over cuts the answer off instead.
	_ = http.NewResponseController(c.gin.Writer).SetWriteDeadline(time.Unix(1, 0))
	return nil
}

// download is an answer whose headers wait for its first byte.
type download struct {
	c                 *Ctx
	name, contentType string
	begun, gone       bool
}

func (d *download) begin() error {
	if d.begun {
		return nil
	}
	if err := d.c.visit.Commit(d.c.gin.Writer); err != nil {
		return err
	}
	d.begun, d.c.written = true, true
	d.c.private()
	d.c.Header("Content-Type", d.contentType)
	d.c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	d.c.gin.Status(http.StatusOK)
	d.c.gin.Writer.WriteHeaderNow()
	return nil
}

func (d *download) Write(p []byte) (int, error) {
	if err := d.begin(); err != nil {
		return 0, err
	}
	n, err := d.c.gin.Writer.Write(p)
	d.gone = err != nil
	return n, err
}
