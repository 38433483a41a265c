package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// Streams are where a command reads and writes, and how patient it is.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Person   bool // somebody sits there and can be asked
	// OperatorLimit is how long one message to the operators may take; 0 means 5 seconds.
	OperatorLimit time.Duration
}

// environment of one call of the program.
type call struct {
	Streams
	getenv func(string) string
}

// cli is every command; kong makes the help of it.
type cli struct {
	Dev             devCommand             `cmd:"" help:"Web and worker in one process, with PostgreSQL, object store, inbox and sample data."`
	Web             webCommand             `cmd:"" help:"The web server."`
	Worker          workerCommand          `cmd:"" help:"The job worker with its schedule."`
	Migrate         migrateCommand         `cmd:"" help:"Apply pending migrations."`
	DeploySteps     deployStepsCommand     `cmd:"" name:"deploy_steps" help:"What a release needs before it serves: migrate, setup_cms."`
	SetupCMS        setupCMSCommand        `cmd:"" name:"setup_cms" help:"Make a site with a home page for each enabled language."`
	EnsureRoot      ensureRootCommand      `cmd:"" name:"ensure_cms_root" aliases:"ensure_wagtail_root" help:"Make again what the website cannot do without, in a database that was emptied."`
	Createsuperuser superuserCommand       `cmd:"" help:"Make an account with every right."`
	SampleData      sampleDataCommand      `cmd:"" name:"sample_data" help:"Fill a database that is no deployment's with samples."`
	SampleAdmin     sampleAdminCommand     `cmd:"" name:"create_sample_admin" help:"Make the sample administrator, or give an existing account every right."`
	SampleUsers     sampleUsersCommand     `cmd:"" name:"create_sample_users" help:"Make the sample members."`
	SampleQuestions sampleQuestionsCommand `cmd:"" name:"create_sample_profile_questions" help:"Make a group of profile questions, one of each type, or bring it up to date."`
	SampleTerms     sampleTermsCommand     `cmd:"" name:"create_sample_terms" help:"Make a privacy policy and terms of service that the sample accounts have accepted."`
	MarkInvoicePaid markPaidCommand        `cmd:"" name:"mark_invoice_paid" help:"Say that an invoice of the development provider is paid."`
	SendTestEmail   testMailCommand        `cmd:"" name:"send_test_email" help:"Send a test message past the queue."`
	CheckConfig     checkConfigCommand     `cmd:"" name:"check_config" help:"Check all settings and what they lead to."`
	CheckGlossary   glossaryCommand        `cmd:"" name:"check_settings_glossary" help:"Check that docs/settings.md and docs/deployment.md explain every setting."`
	Healthcheck     healthCommand          `cmd:"" help:"Whether the web server or the worker of this container is well."`
	Version         versionCommand         `cmd:"" help:"Print release and source revision."`
}

// errTold means that the command has said everything itself.
var errTold = errors.New("")

// Main runs the command that args name, args[0] being the program, until it ends or ctx does. It returns the exit code.
func Main(ctx context.Context, args []string, getenv func(string) string, s Streams) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := -1
	parser, err := kong.New(&cli{}, kong.Name("ams"), kong.Description("The association management system."),
		kong.UsageOnError(), kong.Writers(s.Out, s.Err), kong.Exit(func(c int) { code = c }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&call{Streams: s, getenv: getenv}))
	if err != nil {
		fmt.Fprintln(s.Err, "ams:", err)
		return 1
	}
	parsed, err := parser.Parse(args[1:])
	if code >= 0 { // help was asked for
		return code
	}
	if err != nil {
		fmt.Fprintln(s.Err, "ams:", err)
		return 2
	}
	if err := parsed.Run(); err != nil {
		if !errors.Is(err, errTold) {
			fmt.Fprintln(s.Err, "ams:", err)
		}
		return 1
	}
	return 0
}
