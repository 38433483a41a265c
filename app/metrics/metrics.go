// Package metrics counts what one process does and answers monitoring programs in the text format of Prometheus. It is
// told by others and asks nobody but through the functions that Ask and AskQueue are given. Nothing that it keeps names
// a person: every value of a label comes from the program, never from a visitor.
package metrics

import (
	"cmp"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the numbers of one process. A nil one counts nothing.
type Metrics struct {
	registry *prometheus.Registry
	log      *slog.Logger

	requests, jobs, mail       *prometheus.CounterVec
	raised, adopted, voided    *prometheus.CounterVec
	requestSeconds, jobSeconds *prometheus.HistogramVec
	queries                    prometheus.Counter
	querySeconds, untilRaised  prometheus.Histogram
}

// New starts at nothing. What cannot be asked at a look is told to log.
func New(log *slog.Logger) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	timing := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(), log: log,
		requests: counter("ams_http_requests_total", "Requests that were answered, health checks left out.", "route", "method", "status"),
		requestSeconds: prometheus.NewHistogramVec(
			timing("ams_http_request_seconds", "Time until a request was answered.", pages()), []string{"route", "method", "status"}),
		queries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "ams_db_queries_total", Help: "Statements sent to the database, those of the queue itself left out.",
		}),
		querySeconds: prometheus.NewHistogram(timing("ams_db_query_seconds", "Time until the database answered.", statements())),
		jobs:         counter("ams_jobs_total", "Runs of jobs that ended.", "kind", "outcome"),
		jobSeconds: prometheus.NewHistogramVec(
			timing("ams_job_seconds", "Time that a run of a job took.", work()), []string{"kind", "outcome"}),
		mail:    counter("ams_mail_total", "Letters that were handed over, or could not be.", "template", "outcome"),
		raised:  counter("ams_invoices_raised_total", "Invoices that were made and recorded.", "purpose"),
		adopted: counter("ams_invoices_adopted_total", "Invoices that an earlier run had left at the billing service.", "purpose"),
		voided:  counter("ams_invoices_voided_total", "Invoices that were ended at the billing service.", "purpose"),
		untilRaised: prometheus.NewHistogram(
			timing("ams_invoice_raise_seconds", "Time from a purchase to its recorded invoice.", waits())),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.requestSeconds, m.queries, m.querySeconds, m.jobs, m.jobSeconds, m.mail,
		m.raised, m.adopted, m.voided, m.untilRaised)
	return m
}

// The upper bounds of the times that are told apart, in seconds.
func pages() []float64 { return append(prometheus.DefBuckets, 30) } // where a request is given up
func work() []float64  { return []float64{.01, .05, .1, .5, 1, 5, 15, 60, 300, 600} }
func statements() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30}
}

func waits() []float64 {
	const minute, hour, day = 60, 3600, 86400
	return []float64{1, 5, 15, minute, 5 * minute, 15 * minute, hour, 6 * hour, day, 7 * day}
}

// Request counts one that was answered. route is the pattern that it was mounted with, "" where nothing is.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	if m == nil {
		return
	}
	labels := []string{cmp.Or(route, "none"), known(method), strconv.Itoa(status)}
	m.requests.WithLabelValues(labels...).Inc()
	m.requestSeconds.WithLabelValues(labels...).Observe(took.Seconds())
}

// known keeps what visitors make up out of the labels.
func known(method string) string {
	if slices.Contains([]string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}, method) {
		return method
	}
	return "other"
}

// Query counts a statement.
func (m *Metrics) Query(took time.Duration) {
	if m == nil {
		return
	}
	m.queries.Inc()
	m.querySeconds.Observe(took.Seconds())
}

// Job counts a run.
func (m *Metrics) Job(kind, outcome string, took time.Duration) {
	if m == nil {
		return
	}
	m.jobs.WithLabelValues(kind, outcome).Inc()
	m.jobSeconds.WithLabelValues(kind, outcome).Observe(took.Seconds())
}

// Mail counts a try to deliver a letter.
func (m *Metrics) Mail(template, outcome string) {
	if m != nil {
		m.mail.WithLabelValues(template, outcome).Inc()
	}
}

// Raised counts an invoice that was made for a purchase and recorded so long after it.
func (m *Metrics) Raised(purpose string, after time.Duration) {
	if m != nil {
		m.raised.WithLabelValues(purpose).Inc()
		m.untilRaised.Observe(after.Seconds())
	}
}

// Adopted counts an invoice that was found at the billing service and recorded so long after its purchase.
func (m *Metrics) Adopted(purpose string, after time.Duration) {
	if m != nil {
		m.adopted.WithLabelValues(purpose).Inc()
		m.untilRaised.Observe(after.Seconds())
	}
}

// Voided counts an invoice that was ended; purpose is "" where nothing is known of it but its id.
func (m *Metrics) Voided(purpose string) {
	if m != nil {
		m.voided.WithLabelValues(cmp.Or(purpose, "unknown")).Inc()
	}
}

// looksAtOnce keeps monitoring from being a load of its own.
const looksAtOnce = 3

// Handler answers GET /metrics and nothing else. It belongs on a listener that visitors do not reach.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: looksAtOnce, ErrorHandling: promhttp.ContinueOnError, // what can be told is told
		ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelWarn),
	}))
	return mux
}
