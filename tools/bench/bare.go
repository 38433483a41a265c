//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"ams/app/database"
)

// member is a row that the bare page reads.
type member struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID                         int64 `bun:",pk"`
	Email, FirstName, LastName string
}

// barePage is what any page of this house costs at least: a table of twenty rows. What it lacks to the size of the page
// that it is compared with is added behind.
const barePage = `<!doctype html><html lang="en"><head><title>Bare</title></head><body><h1>{{.Title}}</h1><table>
{{range .Rows}}<tr><td>{{.ID}}</td><td>{{.Email}}</td><td>{{.FirstName}} {{.LastName}}</td></tr>
{{end}}</table></body></html>`

// serveBare answers /<queries>/<bytes> with that many queries by primary key, through Bun and a pool like the program's,
// and nothing else.
func serveBare(ctx context.Context, dsn, addr string) error {
	db, err := database.Open(ctx, dsn, database.Options{MaxConns: 10, StatementTimeout: 30 * time.Second, IgnoreUnknownColumns: true})
	if err != nil {
		return err
	}
	defer db.Close()
	page, err := template.New("bare").Parse(barePage)
	if err != nil {
		return err
	}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.GET("/:queries/:bytes", func(c *gin.Context) {
		queries, _ := strconv.Atoi(c.Param("queries"))
		size, _ := strconv.Atoi(c.Param("bytes"))
		body, err := bare(c.Request.Context(), db.DB, page, queries, size)
		if err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		c.Data(http.StatusOK, "text/html; charset=utf-8", body)
	})
	server := &http.Server{Addr: addr, Handler: e, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func bare(ctx context.Context, db *bun.DB, page *template.Template, queries, size int) ([]byte, error) {
	var model struct {
		Title string
		Rows  []member
	}
	for i := range queries {
		var m member
		if err := db.NewSelect().Model(&m).Where("u.id = ?", 100+i).Scan(ctx); err != nil {
			return nil, err
		}
		model.Title = m.Email
		for len(model.Rows) < 20*(i+1)/queries {
			model.Rows = append(model.Rows, m)
		}
	}
	var out bytes.Buffer
	if err := page.Execute(&out, model); err != nil {
		return nil, err
	}
	if lacks := size - out.Len(); lacks > 0 {
		out.WriteString(strings.Repeat("-", lacks))
	}
	return out.Bytes(), nil
}
