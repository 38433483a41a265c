package web_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"ams/app/web"
	"ams/app/web/webtest"
	"ams/storage"
)

const mebibyte = 1 << 20

// posted is a multipart form as bytes; parts are name, file name ("" for a value) and content.
func posted(t *testing.T, parts ...string) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for i := 0; i+2 < len(parts); i += 3 {
		var err error
		var w io.Writer
		if parts[i+1] == "" {
			w, err = form.CreateFormField(parts[i])
		} else {
			w, err = form.CreateFormFile(parts[i], parts[i+1])
		}
		if err == nil {
			_, err = io.WriteString(w, parts[i+2])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType(), out.Bytes()
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	var seen string
	var ended error
	k := newKernel(t, 2*time.Second, func(w *web.Web) {
		w.Localised("/test").Uploads(3*mebibyte).POST("/", func(c *web.Ctx) error {
			seen = ""
			defer func() { ended = c.Context().Err() }()
			err := c.ReadForm(func(f web.File) error {
				data, err := io.ReadAll(f)
				seen += fmt.Sprintf("%s %s %d;", f.Field, f.Name, len(data))
				return err
			})
			seen += c.Form("a") + c.Form("b")
			if err != nil {
				return err
			}
			return c.Plain(http.StatusOK, "text/plain", "")
		})
		w.Localised("/plain").POST("/", func(c *web.Ctx) error { return c.Plain(http.StatusOK, "text/plain", c.Form("a")) })
	})
	send := func(path, contentType string, body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, path, body)
		r.Header.Set("Content-Type", contentType)
		got := httptest.NewRecorder()
		k.Handler().ServeHTTP(got, r)
		return got
	}
	for name, c := range map[string]struct {
		parts  []string
		status int
		want   string // "" for anything
	}{
		"OK":              {[]string{"a", "", "1", "f", "x.txt", "abc", "b", "", "2", "g", "y", ""}, 200, "f x.txt 3;g y 0;12"},
		"OnlyValues":      {[]string{"a", "", "ā"}, 200, "ā"},
		"PathInName":      {[]string{"f", "../x.txt", "abc"}, 200, "f x.txt 3;"},
		"ErrNUL":          {[]string{"a", "", "x\x00"}, 400, ""},
		"ErrUTF8":         {[]string{"a", "", "x\xff"}, 400, ""},
		"ErrUTF8InField":  {[]string{"a\xff", "", "x"}, 400, ""},
		"ErrUTF8InName":   {[]string{"f", "\xff", "x"}, 400, ""},
		"ErrFileTooLong":  {[]string{"f", "x", strings.Repeat("x", 3*mebibyte)}, 413, ""},
		"ErrValueTooLong": {[]string{"a", "", strings.Repeat("x", mebibyte/2), "b", "", strings.Repeat("x", mebibyte/2+1)}, 413, ""},
		"ErrTooMany":      {strings.Split(strings.Repeat("c,,1,", 1001), ","), 413, ""},
	} {
		contentType, body := posted(t, c.parts...)
		got := send("/en/test/", contentType, bytes.NewReader(body))
		if got.Code != c.status || c.want != "" && seen != c.want {
			t.Errorf("%s = %d, read %q, want %d and %q", name, got.Code, seen, c.status, c.want)
		}
	}
	contentType, body := posted(t, "a", "", "1", "f", "x", strings.Repeat("x", 1000))
	if got := send("/en/test/", contentType, io.MultiReader(bytes.NewReader(body[:500]), broken{})); got.Code != http.StatusBadRequest {
		t.Errorf("a body that breaks off = %d, want 400", got.Code)
	}
	if got := send("/en/test/", "multipart/form-data", bytes.NewReader(body)); got.Code != http.StatusBadRequest {
		t.Errorf("a form without boundary = %d, want 400", got.Code)
	}
	if got := send("/en/test/", "application/x-www-form-urlencoded", strings.NewReader("a=1&b=2")); got.Code != 200 || seen != "12" {
		t.Errorf("a form without files = %d, read %q, want 12", got.Code, seen)
	}
	contentType, body = posted(t, "a", "", "1", "f", "x", strings.Repeat("x", 2*mebibyte))
	if got := send("/en/plain/", contentType, bytes.NewReader(body)); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a file where none is taken = %d, want 413", got.Code)
	}
	slow := httptest.NewUnstartedServer(k.Handler())
	slow.Config.ReadTimeout = 2 * time.Second
	slow.Config.WriteTimeout = 2 * time.Second // counts from the head of the request
	slow.Start()
	defer slow.Close()
	contentType, body = posted(t, "a", "", "1", "f", "x", "abc")
	in, out := io.Pipe()
	go func() {
		_, _ = out.Write(body[:100])
		time.Sleep(3 * time.Second)
		_, err := out.Write(body[100:])
		out.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, slow.URL+"/en/test/", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "example.com"
	r.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("a form over a slow line = %v", err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || seen != "f x 3;1" || ended != nil {
		t.Errorf("a form over a slow line = %d, read %q, ended by %v, want all of it in time", answer.StatusCode, seen, ended)
	}
	if strings.Contains(k.log.String(), "ERROR") {
		t.Error("what a visitor sent was reported as our mistake")
	}
}

// A visitor who leaves in the middle of an upload is nobody's error, whatever the handler makes of what it could not read.
func TestLeaving(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	handlers := map[string]func(*web.Ctx) error{
		"plain": func(c *web.Ctx) error {
			return c.ReadForm(func(f web.File) error { _, err := io.Copy(io.Discard, f); return err })
		},
		"hidden": func(c *web.Ctx) error { // as a client of some service may do it
			return c.ReadForm(func(f web.File) error {
				_, err := io.Copy(io.Discard, f)
				return fmt.Errorf("the service answers: %v", err)
			})
		},
		"afterwards": func(c *web.Ctx) error {
			_ = c.ReadForm(func(f web.File) error { _, err := io.Copy(io.Discard, f); return err })
			<-c.Context().Done()
			return errors.New("the transaction has been rolled back")
		},
		"ours": func(c *web.Ctx) error {
			_ = c.ReadForm(func(f web.File) error { return nil })
			panic("a mistake of ours")
		},
	}
	k := newKernel(t, time.Minute, func(w *web.Web) {
		w.Localised("/test").Uploads(3*mebibyte).POST("/:name/", func(c *web.Ctx) (err error) {
			defer func() { ended <- err }()
			return handlers[c.Param("name")](c)
		})
	})
	server := httptest.NewServer(k.Handler())
	for name := range handlers {
		contentType, body := posted(t, "a", "", "1", "f", "x", strings.Repeat("x", mebibyte))
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /en/test/%s/ HTTP/1.1\r\nHost: example.com\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", name, contentType, len(body))
		if _, err := conn.Write(body[:mebibyte/2]); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: the handler still waits for somebody who has left", name)
		}
	}
	server.Close() // waits for the last line of the log
	for line := range strings.Lines(k.log.String()) {
		if strings.HasPrefix(line, "ERROR ") != strings.Contains(line, "a mistake of ours") {
			t.Errorf("the log has the line %s", line)
		}
	}
	if n := strings.Count(k.log.String(), "request method=POST"); n != len(handlers) {
		t.Errorf("the log tells of %d requests, want all %d", n, len(handlers))
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// uploader names the variable that makes this program the web server of TestUploadMemory.
const uploader = "AMS_TEST_UPLOADER"

// A file of 300 MB passes through the web process, from the browser to the bucket, without ever lying in its memory.
func TestUploadMemory(t *testing.T) {
	if os.Getenv(uploader) != "" {
		serveUploads(t)
		return
	}
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	const size, allowed = 300, 40 // MiB
	cmd := exec.Command(os.Args[0], "-test.run=^TestUploadMemory$")
	cmd.Env = append(os.Environ(), uploader+"="+strings.Join(webtest.Store(t), "\n"))
	cmd.Stderr = os.Stderr
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop.Close()
		_ = cmd.Wait()
	})
	address := ""
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		address, _ = strings.CutPrefix(lines.Text(), "listening ")
	}
	upload(t, address, 6) // whatever is prepared at the first time
	before := memory(t, cmd.Process.Pid, "VmRSS")
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", cmd.Process.Pid), []byte("5"), 0); err != nil { // forget the peak
		t.Fatal(err)
	}
	upload(t, address, size)
	after := memory(t, cmd.Process.Pid, "VmHWM")
	t.Logf("%d MiB before, %d MiB at most while %d MiB passed", before, after, size)
	if after-before > allowed {
		t.Errorf("an upload of %d MiB raised the memory by %d MiB, want at most %d", size, after-before, allowed)
	}
}

func upload(t *testing.T, address string, mebibytes int) {
	t.Helper()
	in, body := io.Pipe()
	form := multipart.NewWriter(body)
	go func() {
		file, err := form.CreateFormFile("file", "long.bin")
		for block := make([]byte, mebibyte); err == nil && mebibytes > 0; mebibytes-- {
			_, err = file.Write(block)
		}
		body.CloseWithError(errors.Join(err, form.Close()))
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, in)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "example.com"
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("POST = %d, want 200", answer.StatusCode)
	}
}

// memory is a line of a process's status, in MiB.
func memory(t *testing.T, process int, line string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(line + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Fatalf("no %s in %s", line, status)
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n / 1024
}

// serveUploads runs until its input ends.
func serveUploads(t *testing.T) {
	settings := map[string]string{}
	pairs := strings.Split(os.Getenv(uploader), "\n")
	for i := 0; i+1 < len(pairs); i += 2 {
		settings[pairs[i]] = pairs[i+1]
	}
	of := func(name string) string { return settings["DJANGO_MEDIA_PRIVATE_"+name] }
	bucket, err := storage.Open(storage.Config{
		Name: of("BUCKET_NAME"), Endpoint: of("ENDPOINT_URL"), Region: of("REGION_NAME"), AccessKey: of("ACCESS_KEY"), SecretKey: of("SECRET_KEY"),
	})
	if err != nil {
		t.Fatal(err)
	}
	k := newKernel(t, time.Minute, func(w *web.Web) {
		w.Localised("/test").Uploads(400*mebibyte).POST("/", func(c *web.Ctx) error {
			err := c.ReadForm(func(f web.File) error {
				_, err := bucket.Put(c.Context(), storage.Object{Key: "documents/" + f.Name, Size: -1, Body: f})
				return err
			})
			if err != nil {
				return err
			}
			return c.Plain(http.StatusOK, "text/plain", "")
		})
	})
	server := httptest.NewServer(k.Handler())
	defer server.Close()
	fmt.Println("listening " + server.URL + "/en/test/")
	_, _ = io.Copy(io.Discard, os.Stdin)
}
