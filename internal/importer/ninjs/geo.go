package ninjs

import (
	"encoding/json"
	"fmt"
	"slices"
)

// checkGeo returns what is wrong with a GeoJSON object (RFC 7946), or "". Other members than it names may stand in one.
func checkGeo(v any) string {
	o, ok := v.(*object)
	if !ok {
		return "is " + kindOf(v) + ", want a GeoJSON object"
	}
	kind, _ := o.get("type").(string)
	switch kind {
	case "Feature":
		return checkFeature(o)
	case "FeatureCollection":
		return checkEach(o.get("features"), "features", func(v any) string {
			f, ok := v.(*object)
			if !ok || f.get("type") != "Feature" {
				return "a member of features is no Feature"
			}
			return checkFeature(f)
		})
	case "GeometryCollection":
		return checkEach(o.get("geometries"), "geometries", checkGeometry)
	}
	return checkGeometry(v)
}

func checkFeature(o *object) string {
	geometry, has := o.values["geometry"]
	properties, told := o.values["properties"]
	if !has || !told {
		return "a Feature without geometry or properties"
	}
	if _, ok := properties.(*object); !ok && properties != nil {
		return "a Feature's properties are no object"
	}
	if geometry == nil {
		return ""
	}
	return checkGeometry(geometry)
}

func checkEach(v any, name string, check func(any) string) string {
	list, ok := v.([]any)
	if !ok {
		return name + " is no list"
	}
	for _, v := range list {
		if reason := check(v); reason != "" {
			return reason
		}
	}
	return ""
}

// depthOf says how deep the positions of a geometry stand in lists.
func depthOf(kind string) (depth int, ok bool) {
	kinds := [][]string{{"Point"}, {"LineString", "MultiPoint"}, {"Polygon", "MultiLineString"}, {"MultiPolygon"}}
	depth = slices.IndexFunc(kinds, func(some []string) bool { return slices.Contains(some, kind) })
	return depth, depth >= 0
}

func checkGeometry(v any) string {
	o, ok := v.(*object)
	if !ok {
		return "a geometry is no object"
	}
	kind, _ := o.get("type").(string)
	if kind == "GeometryCollection" {
		return checkEach(o.get("geometries"), "geometries", checkGeometry)
	}
	depth, ok := depthOf(kind)
	if !ok {
		return fmt.Sprintf("type %.40q is none that GeoJSON has", kind)
	}
	least := 0
	switch kind {
	case "LineString", "MultiLineString":
		least = 2
	case "Polygon", "MultiPolygon":
		least = 4
	}
	return checkPositions(o.get("coordinates"), depth, least)
}

// checkPositions checks positions that stand in lists some deep, the innermost list with at least some of them.
func checkPositions(v any, depth, least int) string {
	list, ok := v.([]any)
	switch {
	case !ok:
		return "coordinates are no list"
	case depth == 0:
		return checkPosition(list)
	case depth == 1 && len(list) < least:
		return fmt.Sprintf("%d positions, want %d or more", len(list), least)
	}
	return checkEach(list, "coordinates", func(v any) string { return checkPositions(v, depth-1, least) })
}

func checkPosition(list []any) string {
	if len(list) < 2 {
		return "a position of fewer than two numbers"
	}
	for _, n := range list {
		if _, ok := n.(json.Number); !ok {
			return "a coordinate is no number"
		}
	}
	return ""
}
