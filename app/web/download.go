package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"
)

// downloadLimit is how long a file may take to be made and fetched.
const downloadLimit = 10 * time.Minute

// Download answers with a file that write makes while it is being fetched, however long it gets. What goes wrong before
// the first bytes becomes a page as ever; after them it breaks the connection, so that nobody takes a part for the whole.
func Download(c *Ctx, name, contentType string, write func(ctx context.Context, to io.Writer) error) error {
	if err := c.visit.Commit(c.gin.Writer); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), downloadLimit)
	defer cancel()
	// A server that knows no deadlines, as in some tests, has none that could be in the way.
	_ = http.NewResponseController(c.gin.Writer).SetWriteDeadline(time.Now().Add(downloadLimit))
	file := &attachment{c: c, name: name, contentType: contentType}
	err := write(ctx, file)
	switch {
	case err == nil && !file.begun: // an empty file
		_, err = file.Write(nil)
	case err != nil && file.begun:
		c.web.log.WarnContext(ctx, "a download broke off", "id", c.id, "route", c.gin.FullPath(), "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// attachment sends the headers with the first bytes.
type attachment struct {
	c                 *Ctx
	name, contentType string
	begun             bool
}

func (a *attachment) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun, a.c.written = true, true
		a.c.private()
		a.c.Header("Content-Type", a.contentType)
		a.c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.name}))
		a.c.gin.Status(http.StatusOK)
	}
	return a.c.gin.Writer.Write(p)
}
