package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// record writes the one event of an operation, and counts it.
func (s *Server) record(ctx context.Context, r *request, a *answer, written int) {
	took := s.now().Sub(r.started)
	s.metrics.operation(r.operationType, a.status, a.faulty(), took)
	attrs := []slog.Attr{
		slog.String("requestId", r.id),
		slog.String("tenant", r.tenant.Name),
		slog.Int("status", a.status),
		slog.Duration("took", took.Round(time.Microsecond)),
		slog.Int("bytes", written),
	}
	if r.viewer != nil {
		attrs = append(attrs, slog.Any("viewer", r.viewer))
	}
	if r.operationType != "" {
		attrs = append(attrs, slog.String("type", r.operationType), slog.String("operation", r.operation))
	}
	if r.operationType != "" && r.budget != nil {
		attrs = append(attrs, slog.Int("cost", r.cost), slog.Int("used", r.used), slog.Int("calls", r.budget.Total()), slog.Any("callsByRoute", r.budget.Calls()),
			slog.Duration("waited", r.budget.Waited().Round(time.Microsecond)))
	}
	if r.untrusted {
		attrs = append(attrs, slog.Bool("untrusted", true))
	}
	if len(r.codes) > 0 {
		attrs = append(attrs, slog.Any("errors", r.codes))
	}
	s.log.LogAttrs(ctx, level(a.status), "operation", attrs...)
}

func level(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}
