module example.com/read-report

go 1.19
