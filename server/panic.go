package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

var errPanic = errors.New("a panic ended this")

// recovered turns a panic into an internal error and keeps its trace for the log.
func (s *Server) recovered(ctx context.Context, cause any) error {
	s.log.LogAttrs(ctx, slog.LevelError, "panic",
		slog.String("requestId", requestFrom(ctx).id), slog.String("cause", fmt.Sprint(cause)),
		slog.String("stack", string(debug.Stack())))
	return errPanic
}

// guarded is answer, with an answer also where something panics outside of
// the resolvers, whose panics the executor turns into errors of their fields.
func (s *Server) guarded(r *http.Request, req *request) (a *answer) {
	defer func() {
		if cause := recover(); cause != nil {
			f := classify(s.recovered(r.Context(), cause))
			a = s.refusal(r.Context(), req, typeJSON, &httpFault{status: http.StatusInternalServerError, fault: f})
		}
	}()
	return s.answer(r, req)
}
