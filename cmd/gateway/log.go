package main

import "log/slog"

// logFlags are the flags of commands that log.
type logFlags struct {
	LogFormat string `help:"Form of the log on standard error: text or json." enum:"text,json" default:"text"`
	LogLevel  string `help:"Least level that is logged: debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
}

func (f logFlags) logger(s streams) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.LogLevel)) // kong has checked it
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.err, options))
	}
	return slog.New(slog.NewTextHandler(s.err, options))
}
