// Reads a report of bpfcompat: which kernels reject the object, and why. Usage: go run . REPORT.json
//
// Exit code 0: no kernel fails; 2: one fails; 1: the file is not a report.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Finding is one cause. Fields that are not named here are left alone.
type Finding struct {
	Code        string `json:"code"`
	Title       string `json:"title"`
	Remediation string `json:"remediation"`
	Decisive    bool   `json:"decisive"`
}

// Target is one kernel.
type Target struct {
	ProfileID          string    `json:"profile_id"`
	Status             string    `json:"status"`
	ClassificationCode string    `json:"classification_code"`
	Findings           []Finding `json:"findings"`
}

// Report is about one object, or names the reports of several.
type Report struct {
	Artifact struct {
		Basename string `json:"basename"`
	} `json:"artifact"`
	Summary struct {
		Status string `json:"status"`
	} `json:"summary"`
	Targets []Target `json:"targets"`
	Cases   []struct {
		ReportJSONPath string `json:"report_json_path"`
	} `json:"cases"`
}

// Read returns the report of each object: the file itself, or those that a document about several objects names.
func Read(path string) ([]Report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var report Report
	if err := json.Unmarshal(text, &report); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if report.Targets != nil {
		return []Report{report}, nil
	}
	if report.Cases == nil {
		return nil, errors.New(path + ": no report of bpfcompat")
	}
	var all []Report
	for _, one := range report.Cases {
		if one.ReportJSONPath == "" {
			continue
		}
		own := one.ReportJSONPath
		if !filepath.IsAbs(own) {
			own = filepath.Join(filepath.Dir(path), own)
		}
		reports, err := Read(own)
		if err != nil {
			return nil, err
		}
		all = append(all, reports...)
	}
	return all, nil
}

// Causes are the findings that made a kernel fail; one without words where the report says nothing more.
func (t Target) Causes() []Finding {
	var causes []Finding
	for _, one := range t.Findings {
		if one.Decisive {
			causes = append(causes, one)
		}
	}
	if len(causes) == 0 {
		causes = append(causes, Finding{Code: t.ClassificationCode})
	}
	return causes
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . REPORT.json")
		os.Exit(1)
	}
	reports, err := Read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	failed := false
	for _, report := range reports {
		fmt.Printf("%s: %s\n", report.Artifact.Basename, report.Summary.Status)
		for _, target := range report.Targets {
			if target.Status != "fail" {
				continue
			}
			failed = true
			for _, cause := range target.Causes() {
				remedy := ""
				if cause.Remediation != "" {
					remedy = " -> " + cause.Remediation
				}
				fmt.Printf("  %s: %s: %s%s\n", target.ProfileID, cause.Code, cause.Title, remedy)
			}
		}
	}
	if failed {
		os.Exit(2)
	}
}
