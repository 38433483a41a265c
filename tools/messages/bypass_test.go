package main

import "testing"

func TestBypass(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, src, want string }{
		"no words":      {src: `<p class="lead">{{t "Save"}} – 1 &nbsp; <a href="/en/">{{.X}}</a></p>`},
		"script":        {src: `<script>let a = "b"</script><style>p { color: red }</style><p>{{t "Save"}}</p>`},
		"comments":      {src: `<!-- words --><p>{{/* words */}}{{t "Save"}}</p>`},
		"torn tag":      {src: `<span{{if .X}}>{{t "Save"}}{{else}} role="img" aria-label="{{t "Save"}}">{{end}}</span>`},
		"words":         {src: `<p>{{t "Save"}} <b>more</b></p>`, want: `views/site/page.html: "more" bypasses the catalogue`},
		"after script":  {src: `<script>a</script><p>more</p>{{t "Save"}}`, want: `"more" bypasses`},
		"macron":        {src: `<p>ā</p>{{t "Save"}}`, want: `"ā" bypasses`},
		"label":         {src: `<a aria-label="more">{{t "Save"}}</a>`, want: `"more" bypasses`},
		"in a branch":   {src: `{{t "Save"}}{{if .X}}{{else}}{{range .Y}}<i>more</i>{{end}}{{end}}`, want: `"more" bypasses`},
		"in a fragment": {src: `{{t "Save"}}{{define "x"}}<i>more</i>{{end}}`, want: `"more" bypasses`},
		"plain mail":    {file: "views/mail/a.txt", src: "{{t \"Save\"}}\n-- \nmore", want: `bypasses`},
		"no words mail": {file: "views/mail/a.txt", src: "{{t \"Save\"}}\n-- \n{{.X}}: 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.file == "" {
				tc.file = "views/site/page.html"
			}
			root := tree(t, map[string]string{tc.file: tc.src})
			if tc.want != "" {
				_, err := extract(root)
				expect(t, err, tc.want)
				return
			}
			extracts(t, root, `"Save"`, "")
		})
	}
}
