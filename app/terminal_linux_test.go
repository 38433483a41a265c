package app_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ams/app"
	"ams/app/database/dbtest"
)

// terminal is a real one: what is typed at one end a program reads at the other.
func terminal(t *testing.T) (keyboard, program *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine gives no terminals:", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return keyboard, program
}

// A password that is typed is not shown, and is asked for twice.
func TestPasswordIsTyped(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	local := localEnv("DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir())
	for _, c := range []struct {
		name, again string
		code        int
	}{{"same", "a long password of hers", 0}, {"other", "a long password of his", 1}} {
		t.Run(c.name, func(t *testing.T) {
			keyboard, program := terminal(t)
			var errs strings.Builder
			done := make(chan int, 1)
			go func() {
				code := app.Main(t.Context(), []string{"ams", "createsuperuser", "--email", c.name + "@example.org"}, local,
					app.Streams{In: program, Out: program, Err: &errs, Person: true})
				program.Close()
				done <- code
			}()
			shown := typing(t, keyboard, "Username", c.name, "First name", "Mere", "Last name", "Kahu", "Password", "a long password of hers", "Password again", c.again)
			if code := <-done; code != c.code || (code != 0) != strings.Contains(errs.String(), "not the same") {
				t.Errorf("createsuperuser = %d and says %q, want %d", code, errs.String(), c.code)
			}
			if !strings.Contains(shown, "Mere") || strings.Contains(shown, "password of") {
				t.Errorf("the terminal shows %q, want the name and no password", shown)
			}
			var made int
			if err := db.NewRaw("SELECT count(*) FROM users WHERE email = ? AND password LIKE '%argon2%'", c.name+"@example.org").Scan(t.Context(), &made); err != nil || made != 1-c.code {
				t.Errorf("%d accounts with a password, %v, want %d", made, err, 1-c.code)
			}
		})
	}
}

// typing answers each question once it stands there, and gives all that the terminal showed.
func typing(t *testing.T, keyboard *os.File, pairs ...string) string {
	t.Helper()
	var shown strings.Builder
	in := bufio.NewReader(keyboard)
	for len(pairs) > 0 {
		b, err := in.ReadByte()
		if err != nil {
			t.Fatalf("the terminal ended after %q: %v", shown.String(), err)
		}
		shown.WriteByte(b)
		line := shown.String()[strings.LastIndex(shown.String(), "\n")+1:]
		if strings.HasPrefix(line, pairs[0]) && strings.HasSuffix(line, ": ") {
			if _, err := keyboard.WriteString(pairs[1] + "\n"); err != nil {
				t.Fatal(err)
			}
			pairs = pairs[2:]
		}
	}
	for {
		b, err := in.ReadByte()
		if err != nil { // the program has gone
			return shown.String()
		}
		shown.WriteByte(b)
	}
}
