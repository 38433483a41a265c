package web

import (
	"context"
	"fmt"
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
	line := http.NewResponseController(c.gin.Writer)
	_ = line.SetWriteDeadline(time.Now().Add(downloadLimit))
	file := &attachment{c: c, name: name, contentType: contentType}
	err := write(ctx, file)
	switch {
	case err == nil && !file.begun: // an empty file
		_, err = file.Write(nil)
	case err != nil && file.begun:
		_ = line.SetWriteDeadline(time.Now()) // the mark of the end is never sent
		if file.left {
			c.web.log.InfoContext(ctx, "a download was given up", "id", c.id, "route", c.gin.FullPath())
			return nil
		}
		c.web.broken(c, fmt.Errorf("a download broke off: %w", err))
		return nil
	}
	return err
}

// attachment sends the headers with the first bytes.
type attachment struct {
	c                 *Ctx
	name, contentType string
	begun             bool
	left              bool // nobody listens any longer
}

func (a *attachment) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun, a.c.written = true, true
		a.c.private()
		a.c.Header("Content-Type", a.contentType)
		a.c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.name}))
		a.c.gin.Status(http.StatusOK)
	}
	n, err := a.c.gin.Writer.Write(p)
	a.left = a.left || err != nil
	return n, err
}
