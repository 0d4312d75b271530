package site

import "reflect"

// lookUp has reflection know the methods of all that templates are given. Templates look methods up by name, and reflection
// makes the type of each when it is asked first (reflect.FuncOf); when two pages that are rendered at once both ask first,
// the race detector of Go 1.26 reports that as a race now and then. Nobody asks first after this.
func (s *Site) lookUp() {
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumMethod() {
			t.Method(i)
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			look(t.Elem())
		case reflect.Struct:
			look(reflect.PointerTo(t))
			for f := range t.NumField() {
				if field := t.Field(f); field.IsExported() || field.Anonymous {
					look(field.Type)
				}
			}
		}
	}
	for _, page := range s.trials() {
		look(reflect.TypeOf(page))
	}
}
