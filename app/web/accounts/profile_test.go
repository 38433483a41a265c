package accounts_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app/account"
	"ams/app/web/webtest"
)

const (
	update  = "/en/users/~update/"
	ownPage = "/en/users/kea/"
)

// photo is a picture of one colour, in as many bytes as a PNG needs for it.
func photo(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, c)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// photoHead begins a PNG of that size, with so many bits in each channel.
func photoHead(w, h uint32, depth byte) []byte {
	head := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	head = append(head, depth, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func withPictures(t *testing.T) *webtest.Site {
	t.Helper()
	s := webtest.New(t, webtest.Store(t)...)
	s.Person("kea")
	return s
}

// about are the fields that a browser sends beside the picture.
func about(more ...string) []string {
	return append([]string{"first_name", "Mere", "last_name", "Kahu", "username", "kea", "language", ""}, more...)
}

// fetch asks the object store as a browser does.
func fetch(t *testing.T, address string) (int, []byte) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func shownAvatar(t *testing.T, v *webtest.Visitor, path string) string {
	t.Helper()
	return v.Get(path).Status(http.StatusOK).Document().Find("main .avatar img").AttrOr("src", "")
}

func TestPicture(t *testing.T) {
	t.Parallel()
	t.Run("ChosenReplacedRemoved", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		if src := shownAvatar(t, v, ownPage); src != "" {
			t.Fatalf("the avatar before shows %s, want none", src)
		}
		v.Upload(update, "profile_picture", "me.PNG.exe", photo(t, 120, 80, color.Black), about()...).Status(http.StatusSeeOther).To(ownPage)
		page := v.Get(ownPage).Has("#messages .alert", "Your account is up to date.")
		small := page.Document().Find("main .avatar img").AttrOr("src", "")
		if policy := page.Header.Get("Content-Security-Policy"); small == "" || !strings.Contains(policy, "img-src 'self' data: "+small[:strings.Index(small, "/ams-")]) {
			t.Errorf("the avatar at %q is not allowed by %q", small, policy)
		}
		if header := page.Document().Find("header .avatar img").AttrOr("src", ""); header != small {
			t.Errorf("the avatar of the menu shows %q, want %q", header, small)
		}
		if got := v.Get(update).Document().Find("main .avatar img").AttrOr("alt", ""); got != "Mere Kahu's profile picture" {
			t.Errorf("beside no name the picture is called %q, want whose it is", got)
		}
		if got := page.Document().Find("main .avatar img").AttrOr("alt", ""); got != "Mere Kahu's profile picture" {
			t.Errorf("on the dashboard the picture is called %q, want whose it is", got)
		}
		if got := page.Document().Find("header .avatar img").AttrOr("alt", "none"); got != "" {
			t.Errorf("beside the name the picture of the menu is called %q, want nothing", got)
		}
		status, data := fetch(t, small)
		img, err := jpeg.Decode(bytes.NewReader(data))
		if status != http.StatusOK || err != nil || img.Bounds().Dx() != 800 || img.Bounds().Dy() != 800 {
			t.Fatalf("GET thumbnail = %d, %v, want a JPEG of 800×800", status, err)
		}
		var first account.Person
		s.Row(&first, "SELECT uuid, profile_picture, profile_thumbnail FROM users WHERE username = 'kea'")
		if want := fmt.Sprintf("profile_pictures/%s/%d.png", first.UUID, s.Clock.Now().Unix()); first.Picture != want {
			t.Errorf("the key of the picture = %s, want %s", first.Picture, want)
		}
		original := small[:strings.Index(small, "imagekit")] + first.Picture
		if status, _ := fetch(t, original); status != http.StatusOK {
			t.Errorf("GET original = %d, want 200", status)
		}

		s.Clock.Pass(time.Minute)
		v.Upload(update, "profile_picture", "other.png", photo(t, 50, 50, color.White), about()...).Status(http.StatusSeeOther)
		if status, _ := fetch(t, original); status != http.StatusOK {
			t.Errorf("GET of the old picture before the job = %d, want 200", status)
		}
		s.Work()
		for _, gone := range []string{original, small} {
			if status, _ := fetch(t, gone); status == http.StatusOK {
				t.Errorf("GET %s after its replacement = 200, want it to be gone", gone)
			}
		}
		second := shownAvatar(t, v, ownPage)
		if status, _ := fetch(t, second); second == small || status != http.StatusOK {
			t.Errorf("the avatar shows %s, %d, want the new picture", second, status)
		}

		v.Upload(update, "", "", nil, about("profile_picture-clear", "on")...).Status(http.StatusSeeOther)
		s.Work()
		if src := shownAvatar(t, v, ownPage); src != "" {
			t.Errorf("the avatar after its removal shows %s", src)
		}
		if status, _ := fetch(t, second); status == http.StatusOK {
			t.Error("the picture is there after its removal")
		}
	})
	t.Run("ACC-46 five MiB of JPEG pass and a byte more does not, nor what only has the name", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		var img bytes.Buffer
		if err := jpeg.Encode(&img, image.NewRGBA(image.Rect(0, 0, 40, 40)), nil); err != nil {
			t.Fatal(err)
		}
		whole := append(img.Bytes(), make([]byte, 5_242_880+1-img.Len())...) // what stands behind a picture counts as well
		v.Upload(update, "profile_picture", "a.jpg", whole, about()...).Status(http.StatusUnprocessableEntity)
		v.Upload(update, "profile_picture", "a.jpg", whole[:5_242_880], about()...).Status(http.StatusSeeOther)
		bmp := append([]byte("BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00"), make([]byte, 28)...)
		for _, wrong := range [][]byte{bmp, []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), []byte("%PDF-1.7\n%âãÏÓ")} {
			v.Upload(update, "profile_picture", "a.jpg", wrong, about()...).Status(http.StatusUnprocessableEntity).
				Has("#id_profile_picture-error", "Upload a valid image")
		}
	})
	t.Run("AnotherFileField", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		s.SignedIn("kea").Upload(update, "other", "a.png", photo(t, 9, 9, color.Black), about()...).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM users WHERE profile_picture <> ''"); n != 0 {
			t.Error("a file of another field became the picture")
		}
	})
	t.Run("Refused", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		kept := photo(t, 10, 10, color.Black)
		v.Upload(update, "profile_picture", "a.png", kept, about()...).Status(http.StatusSeeOther)
		before := shownAvatar(t, v, ownPage)
		large := append(photo(t, 10, 10, color.White), make([]byte, 6<<20)...)
		for name, c := range map[string]struct {
			data []byte
			more []string
			want string
		}{
			"SixtyMillionPixels": {photoHead(10_000, 6_000, 8), nil, "at most 50 megapixels"},
			"FortyDeepOnes":      {photoHead(8_000, 5_000, 16), nil, "too detailed to be worked on here"},
			"NoPicture":          {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), nil, "Upload a valid image"},
			"TooLarge":           {large[:6<<20], nil, "at most 5 MB; this file has 6.0 MB"},
			"JustTooMuch":        {large[:5<<20+1], nil, "at most 5 MB; this file has 5.0 MB"},
			"Both":               {kept, []string{"profile_picture-clear", "on"}, "not both"},
			"Empty":              {nil, nil, "Upload a valid image"},
			"EmptyAndRemoved":    {nil, []string{"profile_picture-clear", "on"}, "not both"},
		} {
			answer := v.Upload(update, "profile_picture", "a.png", c.data, about(c.more...)...).Status(http.StatusUnprocessableEntity)
			if answer.Has("#id_profile_picture-error", c.want); t.Failed() {
				t.Fatal(name)
			}
			answer.Has(".problems", c.want)
		}
		fits := append(kept, make([]byte, 5<<20-len(kept))...)
		v.Upload(update, "profile_picture", "a.png", fits, about()...).Status(http.StatusSeeOther)
		if after := shownAvatar(t, v, ownPage); after == before {
			t.Error("a file of exactly 5 MiB was not taken")
		}
	})
	t.Run("NothingIsLostWithTheOtherFields", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		v.Upload(update, "profile_picture", "a.txt", []byte("x"), "first_name", "", "last_name", "Ngāta", "username", "a b").
			Status(http.StatusUnprocessableEntity).Has("#id_first_name-error", "Enter your first name.").
			Has("#id_username-error", "Use only letters").Has("#id_profile_picture-error", "Upload a valid image").Has("#id_last_name[value=Ngāta]", "")
		if n := s.Count("SELECT count(*) FROM users WHERE username = 'kea' AND first_name = 'Mere' AND profile_picture = ''"); n != 1 {
			t.Error("a refused form changed the account")
		}
	})
	t.Run("StoreIsAway", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, append(webtest.Store(t), "DJANGO_MEDIA_PUBLIC_SECRET_KEY", "another")...)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Upload(update, "profile_picture", "a.png", photo(t, 10, 10, color.Black), "first_name", "Hine", "last_name", "Kahu", "username", "kea").
			Status(http.StatusUnprocessableEntity).Has("#id_profile_picture-error", "could not be stored just now")
		if n := s.Count("SELECT count(*) FROM users WHERE profile_picture <> '' OR first_name = 'Hine'"); n != 0 {
			t.Error("a row names a picture that was not stored")
		}
	})
	t.Run("ThumbnailIsRefused", func(t *testing.T) { // after the original was stored
		t.Parallel()
		var stored string
		settings, store := between(t, webtest.Store(t), func(w http.ResponseWriter, r *http.Request) bool {
			refused := r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/imagekit-modified/")
			if refused {
				http.Error(w, "", http.StatusForbidden)
			} else if r.Method == http.MethodPut {
				stored = r.URL.Path
			}
			return refused
		})
		s := webtest.New(t, settings...)
		s.Person("kea")
		s.SignedIn("kea").Upload(update, "profile_picture", "a.png", photo(t, 10, 10, color.Black), "first_name", "Hine", "last_name", "Kahu", "username", "kea").
			Status(http.StatusUnprocessableEntity).Has("#id_profile_picture-error", "could not be stored just now")
		if n := s.Count("SELECT count(*) FROM users WHERE profile_picture <> '' OR profile_thumbnail <> '' OR first_name = 'Hine'"); n != 0 {
			t.Error("half a picture was kept")
		}
		if !strings.Contains(stored, "/profile_pictures/") {
			t.Fatalf("stored was %q, want the original before its thumbnail", stored)
		}
		if status, _ := fetch(t, store+stored); status == http.StatusOK {
			t.Errorf("the original of a picture that was not kept is left at %s", stored)
		}
	})
	t.Run("TwoAtOnce", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		var all sync.WaitGroup
		for _, c := range []color.Color{color.Black, color.White} {
			data := photo(t, 10, 10, c)
			all.Go(func() { v.Upload(update, "profile_picture", "a.png", data, about()...).Status(http.StatusSeeOther) })
		}
		all.Wait()
		s.Work()
		var kept account.Person
		s.Row(&kept, "SELECT profile_picture, profile_thumbnail FROM users WHERE username = 'kea'")
		small := shownAvatar(t, v, ownPage)
		for _, key := range []string{kept.Picture, kept.Thumbnail} {
			if status, _ := fetch(t, small[:strings.Index(small, "imagekit")]+key); status != http.StatusOK {
				t.Errorf("GET %s = %d, want the picture that won", key, status)
			}
		}
		if n := s.Count("SELECT count(*) FROM dead_jobs"); n != 0 {
			t.Errorf("%d dead jobs, want the loser's objects deleted", n)
		}
	})
	t.Run("UsernameTakenMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		v.Upload(update, "profile_picture", "a.png", photo(t, 10, 10, color.Black), about()...).Status(http.StatusSeeOther)
		before := shownAvatar(t, v, ownPage)
		s.Clock.Pass(time.Minute)
		s.Behind(func() {
			v.Upload(update, "profile_picture", "a.png", photo(t, 10, 10, color.White), "first_name", "Mere", "last_name", "Kahu", "username", "tui").
				Status(http.StatusUnprocessableEntity).Has("#id_username-error", "uses this username already")
		}, `INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined)
			VALUES (gen_random_uuid(), 'tui@example.org', 'tui', 'T', 'K', '!', now())`)
		s.Work()
		if after := shownAvatar(t, v, ownPage); after != before {
			t.Errorf("the avatar shows %s, want the old one", after)
		}
		if status, _ := fetch(t, before); status != http.StatusOK {
			t.Errorf("GET of the old picture = %d, want 200", status)
		}
		var kea account.Person
		s.Row(&kea, "SELECT uuid FROM users WHERE username = 'kea'")
		left := fmt.Sprintf("%sprofile_pictures/%s/%d.png", before[:strings.Index(before, "imagekit")], kea.UUID, s.Clock.Now().Unix())
		if status, _ := fetch(t, left); status == http.StatusOK {
			t.Error("a picture that no row names was left in the public bucket")
		}
	})
	t.Run("DeletedWithThePerson", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		s.Staff("boss")
		s.SignedIn("kea").Upload(update, "profile_picture", "a.png", photo(t, 10, 10, color.Black), about()...).Status(http.StatusSeeOther)
		boss := s.SignedIn("boss")
		small := shownAvatar(t, boss, ownPage)
		id := s.Count("SELECT id FROM users WHERE username = 'kea'")
		boss.Post(fmt.Sprintf("/admin/users/user/%d/delete/", id)).Status(http.StatusSeeOther)
		s.Work()
		if status, _ := fetch(t, small); status == http.StatusOK {
			t.Error("the picture of a deleted person is there")
		}
	})
	t.Run("ErrThumbnailCannotBeMade", func(t *testing.T) { // it is asked for once, and the page stands without it
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		s.Exec("UPDATE users SET profile_picture = 'profile_pictures/lost.png'")
		waiting := func() int { return s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'accounts.make_thumbnail'") }
		for i, want := range []int{1, 0} {
			if src := shownAvatar(t, v, ownPage); src != "" || waiting() != want {
				t.Errorf("view %d shows %q and leaves %d jobs, want the placeholder and %d", i+1, src, waiting(), want)
			}
			s.Work()
		}
	})
	t.Run("MissingThumbnailIsMade", func(t *testing.T) {
		t.Parallel()
		s := withPictures(t)
		v := s.SignedIn("kea")
		v.Upload(update, "profile_picture", "a.png", photo(t, 10, 10, color.Black), about()...).Status(http.StatusSeeOther)
		lose := func() {
			var kea account.Person
			s.Row(&kea, "SELECT profile_thumbnail FROM users WHERE username = 'kea'")
			if err := s.App.Buckets().Public.Delete(t.Context(), kea.Thumbnail); err != nil {
				t.Fatal(err)
			}
			s.Exec("UPDATE users SET profile_thumbnail = ''")
		}
		lose()
		s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, profile_picture, date_joined)
			VALUES (gen_random_uuid(), 'tui@example.org', 'tui', 'T', 'K', '!', 'profile_pictures/lost.png', now())`)
		if src := shownAvatar(t, v, ownPage); src != "" {
			t.Errorf("without thumbnail the avatar shows %q, want the placeholder", src)
		}
		s.Work() // the page has asked for it
		small := shownAvatar(t, v, ownPage)
		if !strings.Contains(small, "/imagekit-modified/") {
			t.Errorf("after the job the avatar shows %q, want the thumbnail", small)
		}

		lose()
		s.Add(account.MakeThumbnails{})
		s.Behind(s.Work, "UPDATE users SET profile_picture = 'profile_pictures/chosen-meanwhile.png' WHERE username = 'kea'")
		if n := s.Count("SELECT count(*) FROM users WHERE profile_thumbnail <> ''"); n != 0 {
			t.Error("a picture that was chosen meanwhile has the thumbnail of the old one")
		}
		if status, _ := fetch(t, small); status == http.StatusOK {
			t.Error("a thumbnail that no row names was left in the public bucket")
		}
	})
}

func TestProfile(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Person("tui")
	v := s.SignedIn("kea")
	t.Run("NewUsername", func(t *testing.T) {
		v := s.For(t).SignedIn("kea")
		v.Send(update, "form#profile", "username", "kererū", "language", "mi", "first_name", " Hine ").
			Status(http.StatusSeeOther).To("/en/users/kerer%C5%AB/")
		v.Get("/en/users/kerer%C5%AB/").Status(http.StatusOK).Has("h1", "Hine Kahu")
		v.Get(ownPage).Status(http.StatusNotFound)
		v.Send(update, "form#profile", "username", "kea", "language", "").Status(http.StatusSeeOther).To(ownPage)
	})
	t.Run("ErrTaken", func(t *testing.T) {
		v.Send(update, "form#profile", "username", "TUI").Status(http.StatusUnprocessableEntity).Has("#id_username-error", "uses this username already")
	})
	t.Run("ErrLanguage", func(t *testing.T) {
		v.Send(update, "form#profile", "language", "fr").Status(http.StatusUnprocessableEntity).
			Has("#id_language-error", "Choose one of the languages in the list.").Has(`.problems a[href="#id_language"]`, "")
		row(s, "users WHERE username = 'kea' AND language = ''")
	})
	t.Run("Case", func(t *testing.T) {
		v.Send(update, "form#profile", "username", "KEA").Status(http.StatusSeeOther)
		v.Send(update, "form#profile", "username", "kea").Status(http.StatusSeeOther)
	})
	t.Run("SwitchedOffLanguageStays", func(t *testing.T) {
		one := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en")
		one.Person("kea")
		one.Exec("UPDATE users SET language = 'mi'")
		one.SignedIn("kea").Send(update, "form#profile", "first_name", "Hine").Status(http.StatusSeeOther)
		if n := one.Count("SELECT count(*) FROM users WHERE language = 'mi' AND first_name = 'Hine'"); n != 1 {
			t.Error("the preferred language was lost because it is switched off")
		}
	})
	t.Run("WithoutBucket", func(t *testing.T) {
		v.Get(update).Status(http.StatusOK).Lacks("input[type=file]")
		v.Upload(update, "profile_picture", "a.png", photo(t, 9, 9, color.Black), about()...).Status(http.StatusUnprocessableEntity).
			Has(".problems", "Pictures cannot be stored here")
	})
	t.Run("ErrAnonymous", func(t *testing.T) {
		s.Visitor().Get(update).Status(http.StatusFound)
		s.Visitor().Upload(update, "profile_picture", "a.png", nil, "first_name", "X", "last_name", "Kahu", "username", "kea").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM users WHERE first_name = 'X'"); n != 0 {
			t.Error("somebody who is not signed in changed an account")
		}
	})
}
