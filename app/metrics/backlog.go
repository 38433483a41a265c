package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ams/jobs"
)

// patience is how long the database may take to say what waits.
const patience = 5 * time.Second

// Purchases are those that have no invoice yet.
type Purchases struct {
	Waiting, Failed int
	Oldest          time.Duration // since the oldest that waits was bought
}

// Backlog is whom to ask at each look for what waits, in all processes together.
type Backlog struct {
	Queue     func(context.Context) ([]jobs.Load, error)
	Purchases func(context.Context) (Purchases, error)
}

// Ask adds what waits to the numbers. Call it once, before anybody looks.
func (m *Metrics) Ask(b Backlog) {
	if m == nil {
		return
	}
	gauge := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	m.registry.MustRegister(
		&queue{
			ask:    b.Queue,
			jobs:   gauge("ams_queue_jobs", "Jobs in the queue, and dead ones that nobody has dealt with.", "lane", "state"),
			oldest: gauge("ams_queue_oldest_seconds", "How long the oldest job of a state has been in it; what is not due yet does not wait.", "lane", "state"),
		},
		&purchases{
			ask:    b.Purchases,
			count:  gauge("ams_purchases", "Purchases without their invoice.", "state"),
			oldest: gauge("ams_purchase_oldest_waiting_seconds", "Age of the oldest purchase whose invoice is on its way."),
		})
}

func send(ch chan<- prometheus.Metric, d *prometheus.Desc, value float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// fail leaves the numbers out: an old one would look like a new one, and none can be told from zero.
func fail(ch chan<- prometheus.Metric, d *prometheus.Desc, err error) {
	ch <- prometheus.NewInvalidMetric(d, fmt.Errorf("ask what waits: %w", err))
}

type queue struct {
	ask          func(context.Context) ([]jobs.Load, error)
	jobs, oldest *prometheus.Desc
}

// Describe is what the registry asks first.
func (q *queue) Describe(ch chan<- *prometheus.Desc) { ch <- q.jobs; ch <- q.oldest }

// Collect asks at each look.
func (q *queue) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	loads, err := q.ask(ctx)
	if err != nil {
		fail(ch, q.jobs, err)
		return
	}
	for _, l := range loads {
		send(ch, q.jobs, float64(l.Jobs), l.Lane, l.State)
		send(ch, q.oldest, l.Oldest.Seconds(), l.Lane, l.State)
	}
}

type purchases struct {
	ask           func(context.Context) (Purchases, error)
	count, oldest *prometheus.Desc
}

// Describe is what the registry asks first.
func (p *purchases) Describe(ch chan<- *prometheus.Desc) { ch <- p.count; ch <- p.oldest }

// Collect asks at each look.
func (p *purchases) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found, err := p.ask(ctx)
	if err != nil {
		fail(ch, p.count, err)
		return
	}
	send(ch, p.count, float64(found.Waiting), "waiting")
	send(ch, p.count, float64(found.Failed), "failed")
	send(ch, p.oldest, found.Oldest.Seconds())
}
